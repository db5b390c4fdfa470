-- Joins the pages of a year to one document: `pandoc lua document.lua < job.json > answer.json`.
-- job: {pages: [{title, name, folder, markdown}], and what stands on the cover}.
-- Leaves body.typ, plain.docx and the images in the current folder; answers {faults, tables}:
-- [{page, label, caption, note, header, rows, numeric}], each table as text.
package.path = pandoc.path.directory(arg[0]) .. '/?.lua;' .. package.path
local columns = require('columns')
local reading = require('reading')
local word = require('word')
local typst = require('typst')

local function stem(name) return (pandoc.path.split_extension(pandoc.path.filename(name))) end

-- A page's own names get the page's name before them: `fig-x` is on every page.
local function rename(element, name)
  if element.identifier ~= '' then element.identifier = name .. '--' .. element.identifier end
  return element
end

-- Links to pages of this document lead inside it; other local links have nothing to lead to.
local function lead_inside(link, name, stems)
  if reading.link_kind(link.target) == 'external' then return nil end
  local path, fragment = reading.split_link(link.target)
  local goal = path == '' and name or path:match('^([^/]+)%.ipynb$')
  if not goal or not stems[goal] then return pandoc.Span(link.content) end
  link.target = '#' .. goal .. (fragment ~= '' and '--' .. fragment or '')
  return link
end

local function save(path, content)
  local file = assert(io.open(path, 'wb'))
  assert(file:write(content))
  assert(file:close())
end

local function copy(from, to)
  local file = io.open(from, 'rb')
  if not file then return false end
  save(to, file:read('a'))
  file:close()
  return true
end

-- Brings an image (the SVG for the PDF, the PNG beside it for Word) into the current folder.
local function bring_image(image, source, page)
  local path, extension = pandoc.path.split_extension(image.src)
  local name = 'image-' .. pandoc.utils.sha1(source.name .. ' ' .. path)
  local from = pandoc.path.join({ source.folder, path })
  local found = not path:match('%.%.') and pandoc.path.is_relative(path)
    and copy(from .. extension, name .. extension)
    and (extension ~= '.svg' or copy(from .. '.png', name .. '.png'))
  if not found then
    page.faults:insert('billedet ' .. image.src .. ' (eller PNG-filen ved siden af) findes ikke')
  end
  image.src = name .. extension
  return image
end

local function text(content) return (pandoc.utils.stringify(content):gsub('%s+', ' ')) end

local function read_table(tbl, follower, page, title)
  local rows = columns.rows(tbl):map(function(row)
    return pandoc.List(row.cells):map(function(cell) return text(cell.contents) end)
  end)
  local label, caption = page.targets[tbl.identifier] or '', text(tbl.caption.long)
  if label ~= '' then caption = caption:sub(#text({ pandoc.Str(label .. ': ') }) + 1) end
  return {
    page = title, caption = caption, label = label:gsub('\u{a0}', ' '),
    note = reading.is_note(follower) and text(follower.content) or '',
    header = #tbl.head.rows > 0 and rows:remove(1) or pandoc.List(), rows = rows,
    numeric = pandoc.List(tbl.colspecs):map(function(spec) return spec[1] == 'AlignRight' end),
  }
end

local function read_page(source, counts, stems, tables)
  local name = stem(source.name)
  local page = reading.read(source.markdown, counts, true)
  page.doc:walk({ Blocks = function(blocks)
    for index, block in ipairs(blocks) do
      if block.t == 'Table' then
        tables:insert(read_table(block, blocks[index + 1], page, source.title))
      end
    end
  end })
  local function with_name(element) return rename(element, name) end
  local blocks = page.doc:walk({
    Link = function(link) return lead_inside(link, name, stems) end,
    Header = with_name, Div = with_name, Span = with_name, Figure = with_name,
    Table = with_name, CodeBlock = with_name,
    Image = function(image) return bring_image(image, source, page) end,
  }).blocks
  if #blocks > 0 then
    blocks:insert(1, pandoc.Header(1, pandoc.Inlines(source.title), pandoc.Attr(name)))
  end
  return blocks, page.faults
end

-- Each page is a chapter; one for the site only is none.
local function join(pages)
  local stems, counts, blocks = {}, {}, pandoc.Blocks({})
  local faults, tables = pandoc.List(), pandoc.List()
  for _, source in ipairs(pages) do stems[stem(source.name)] = true end
  for _, source in ipairs(pages) do
    local chapter, found = read_page(source, counts, stems, tables)
    blocks:extend(chapter)
    for _, fault in ipairs(found) do faults:insert(source.name .. ': ' .. fault) end
  end
  return pandoc.Pandoc(blocks), faults, tables
end

-- A link whose goal is missing would stop Typst; the site's own check names it.
local function unlink_missing(doc)
  local ids = {}
  local function add(element) ids['#' .. element.identifier] = true end
  doc:walk({ Header = add, Figure = add, Table = add, Div = add, Span = add })
  return doc:walk({ Link = function(link)
    if link.target:match('^#') and not ids[link.target] then return pandoc.Span(link.content) end
  end })
end

local job = reading.job()
local doc, faults, tables = join(job.pages)
if #faults == 0 then
  doc = unlink_missing(doc)
  save('body.typ', typst.write(doc))
  save('plain.docx', word.write(doc, job))
end
reading.answer({ faults = faults, tables = tables })
