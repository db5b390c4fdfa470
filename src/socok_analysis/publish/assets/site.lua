-- Turns pages into HTML bodies: `pandoc lua site.lua < job.json > answer.json`.
-- job: {pages: [{name, markdown, folder}]}; answer: [{name, body, headings, links, ...}].
package.path = pandoc.path.directory(arg[0]) .. '/?.lua;' .. package.path
local columns = require('columns')
local reading = require('reading')

local function to_html(blocks)
  return pandoc.write(pandoc.Pandoc(blocks), 'html5', { wrap_text = 'none' })
end

local lazy = { { 'loading', 'lazy' }, { 'decoding', 'async' } }

local function html(text) return pandoc.RawBlock('html', text) end

-- Alignment as a class, not as a style attribute: the page's policy forbids inline style.
local function mark_cells(rows, numeric, scope, scoped_columns)
  for _, row in ipairs(rows) do
    for index, cell in ipairs(row.cells) do
      if index <= scoped_columns then cell.attributes.scope = scope end
      if numeric[index] then cell.classes:insert('number') end
      cell.alignment = 'AlignDefault'
    end
  end
end

local function align_table(tbl)
  local numeric = {}
  for index, spec in ipairs(tbl.colspecs) do
    numeric[index] = spec[1] == 'AlignRight'
    tbl.colspecs[index] = { 'AlignDefault', nil }
  end
  mark_cells(tbl.head.rows, numeric, 'col', #tbl.colspecs)
  for _, body in ipairs(tbl.bodies) do
    body.row_head_columns = numeric[1] and 0 or 1
    mark_cells(body.body, numeric, 'row', body.row_head_columns)
  end
  return tbl
end

-- How many tables of the page have no caption to be named by.
local unnamed = 0

-- A figure whose caption stays put while the table scrolls in a region of its own.
local function wrap_table(tbl)
  local id, caption = tbl.identifier, tbl.caption.long
  tbl.attr, tbl.caption = pandoc.Attr(), { long = {} }
  local scroller = to_html({ align_table(columns.stack(tbl)) })
  if #caption == 0 then
    unnamed = unnamed + 1
    return html('<div class="table-scroll" role="region" tabindex="0" aria-label="Tabel '
      .. unnamed .. '">' .. scroller .. '</div>')
  end
  local key = reading.escape(id ~= '' and id or 'tabel')
  local text = to_html({ pandoc.Plain(caption[1].content) })
  return html('<figure class="table"' .. (id ~= '' and ' id="' .. key .. '"' or '') .. '>'
    .. '<figcaption id="' .. key .. '-tekst">' .. text .. '</figcaption>'
    .. '<div class="table-scroll" role="region" tabindex="0" aria-labelledby="' .. key
    .. '-tekst">' .. scroller .. '</div></figure>')
end

local function show_callout(div)
  local kind = reading.callout_kind(div)
  if not kind then return nil end
  local title, content = reading.split_callout(div, kind)
  content:insert(1, pandoc.Div({ pandoc.Para(title) }, pandoc.Attr('', { 'callout-title' })))
  return pandoc.Div(content, pandoc.Attr(div.identifier, { 'callout', 'callout-' .. kind }))
end

local function page_link(link, page)
  if reading.link_kind(link.target) ~= 'local' then return nil end
  page.links:insert(link.target)
  local path, fragment = reading.split_link(link.target)
  path = path:gsub('%.ipynb$', '.html'):gsub('%.qmd$', '.html')
  link.target = path .. (fragment ~= '' and '#' .. fragment or '')
  return link
end

local function collect_heading(header, page)
  page.headings:insert({
    level = header.level, id = header.identifier, text = pandoc.utils.stringify(header),
  })
end

local function render(source)
  unnamed = 0
  local page = reading.read(source.markdown, {})
  page.links, page.headings = pandoc.List(), pandoc.List()
  local function with_page(action)
    return function(element) return action(element, page) end
  end
  local doc = page.doc:walk({ Div = show_callout })
  doc:walk({ Header = with_page(collect_heading) })
  doc = doc:walk({
    Link = with_page(page_link),
    Image = function(image) return reading.show_image(image, source.folder, lazy) end,
  })
  doc = doc:walk({
    Table = wrap_table, Header = reading.soften_header,
  })
  doc = doc:walk({ Div = reading.show_fold })
  return {
    name = source.name, title = reading.soften(source.title or ''), body = to_html(doc.blocks),
    page_title = reading.page_title(source.title or '', source.name), headings = page.headings,
    links = page.links, images = page.images, ids = page.ids, faults = page.faults,
  }
end

local answer = pandoc.List()
for _, source in ipairs(reading.job().pages) do answer:insert(render(source)) end
reading.answer(answer)
