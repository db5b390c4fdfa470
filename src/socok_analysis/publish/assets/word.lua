-- Writes a document as Word: named styles for every convention, and a table of contents
-- that is there from the start (Word asks no question when the file is opened).
local columns = require('columns')
local reading = require('reading')
local M = {}

local function styled(name, blocks)
  return pandoc.Div(blocks, pandoc.Attr('', {}, { ['custom-style'] = name }))
end

local function show_div(div)
  local kind = reading.callout_kind(div)
  if kind then
    local title, content = reading.split_callout(div, kind)
    return { styled('Callout Title', { pandoc.Para(title) }), styled('Callout', content) }
  elseif div.classes:includes('table-note') then
    return styled('Table Note', div.content)
  end
end

local tab = pandoc.RawInline('openxml', '<w:r><w:tab/></w:r>')

-- A key figure takes two lines: the number and what it is, and below them its notes.
local function show_key_figure(div)
  if not div.classes:includes('key-figure') then return nil end
  local line, notes = pandoc.Inlines({}), pandoc.Inlines({})
  div:walk({ Span = function(span)
    if span.classes:includes('value') then
      line:insert(pandoc.Span(span.content, pandoc.Attr('', {}, { ['custom-style'] = 'Key Figure Number' })))
    elseif span.classes:includes('label') then
      line:insert(tab)
      line:extend(span.content)
    elseif span.classes:includes('note') then
      if #notes > 0 then notes:extend({ pandoc.Space(), pandoc.Str('·'), pandoc.Space() }) end
      notes:extend(span.content)
    end
  end })
  local shown = pandoc.Blocks({ styled('Key Figure', { pandoc.Para(line) }) })
  if #notes > 0 then shown:insert(styled('Key Figure Note', { pandoc.Para(notes) })) end
  return shown
end

local function lead(block) return styled('Before Figure', { block }) end

-- Text right below a table or callout stands clear of it.
local function fit_neighbours(blocks)
  for index, block in ipairs(reading.keep_together(blocks, lead)) do
    local before = blocks[index - 1]
    if before and block.t == 'Para' and (before.t == 'Table' or reading.callout_kind(before)) then
      blocks[index] = styled('After Table', { block })
    end
  end
  return blocks
end

-- Word takes the PNG beside each SVG.
local function use_png(image)
  image.src = image.src:gsub('%.svg$', '.png')
  image.attributes = { width = '100%' }
  return image
end

-- Letters that fit on a line of a table, and the lines of the longest table kept on one page.
local line_letters, most_kept_lines = 84, 14

-- Short tables stay on one page: every row but the last is kept with the next. Of a longer one the
-- heading and the first two rows are together, and so are the last two; a note goes with the last.
local function kept_rows(count, is_short, is_noted)
  local kept = pandoc.List()
  for index = 1, is_noted and count or count - 1 do
    if is_short or index <= 2 or index >= count - 1 then kept:insert(index) end
  end
  return kept
end

local function keep_row(row)
  for _, cell in ipairs(row.cells) do
    local content = pandoc.utils.blocks_to_inlines(cell.contents)
    cell.contents = { styled('Table Kept', { pandoc.Para(content) }) }
  end
end

-- A table as wide as the text, its columns by what their cells need.
local function share_width(tbl)
  tbl = columns.keep_numbers(tbl)
  local room = columns.share(tbl, line_letters)
  local line = columns.sum(room)
  for index, spec in ipairs(tbl.colspecs) do
    tbl.colspecs[index] = { spec[1], room[index] / line }
  end
  local rows, is_short = columns.rows(tbl), columns.count_lines(tbl, room) <= most_kept_lines
  for _, index in ipairs(kept_rows(#rows, is_short, tbl.attributes.noted)) do keep_row(rows[index]) end
  tbl.attributes = {}
  return tbl
end

-- The name pandoc gives a heading's bookmark: Word allows 40 characters.
local function bookmark(id)
  if id:match('^%a') and utf8.len(id) <= 40 then return id end
  return 'X' .. pandoc.utils.sha1(id):sub(2)
end

local function run(inner) return '<w:r>' .. inner .. '</w:r>' end

local function entry(header, first, last)
  local text = '<w:t xml:space="preserve">' .. reading.escape(pandoc.utils.stringify(header)) .. '</w:t>'
  return '<w:p><w:pPr><w:pStyle w:val="TOC' .. header.level .. '"/></w:pPr>' .. first
    .. '<w:hyperlink w:anchor="' .. reading.escape(bookmark(header.identifier)) .. '">' .. run(text)
    .. '</w:hyperlink>' .. last .. '</w:p>'
end

local function contents(doc)
  local headers = pandoc.List()
  doc:walk({ Header = function(header)
    if reading.is_listed(header) then headers:insert(header) end
  end })
  local start = run('<w:fldChar w:fldCharType="begin"/>')
    .. run('<w:instrText xml:space="preserve">TOC \\o "1-2" \\n \\h \\z \\u</w:instrText>')
    .. run('<w:fldChar w:fldCharType="separate"/>')
  local stop = run('<w:fldChar w:fldCharType="end"/>')
  local lines = headers:map(function(header, index)
    return entry(header, index == 1 and start or '', index == #headers and stop or '')
  end)
  return pandoc.RawBlock('openxml', table.concat(lines))
end

-- The cover below its title, which pandoc writes: a picture, to whom, from whom.
local function show_cover(job)
  local blocks = pandoc.Blocks({})
  local function say(text) blocks:insert(styled('Cover', { pandoc.Para(pandoc.Inlines(text)) })) end
  if job.picture ~= '' then
    blocks:insert(pandoc.Para({ pandoc.Image('Forsidebillede', job.picture, '', { width = '100%' }) }))
  end
  if job.committees ~= '' then say('Til ' .. job.committees) end
  if job.contact ~= '' then say('Kontakt: ' .. job.contact) end
  return blocks
end

function M.write(doc, job)
  doc = doc:walk({ Div = show_key_figure }):walk({ Blocks = fit_neighbours })
  doc = doc:walk({ Image = use_png, Table = share_width }):walk({ Div = show_div })
  local meta = pandoc.Meta({
    title = pandoc.Inlines(job.title), lang = 'da-DK',
    author = pandoc.Inlines(job.municipality ~= '' and job.municipality or job.contact),
  })
  local front = pandoc.Blocks({})
  if job.layout == 'report' then
    meta.subtitle, meta.date = pandoc.Inlines(job.subtitle), pandoc.Inlines(job.issued)
    local heading = pandoc.Para(pandoc.Inlines('Indhold'))
    front:extend(show_cover(job))
    front:extend({ styled('TOC Heading', { heading }), contents(doc) })
  end
  front:extend(doc.blocks)
  return pandoc.write(pandoc.Pandoc(front, meta), 'docx', { reference_doc = 'reference.docx' })
end

return M
