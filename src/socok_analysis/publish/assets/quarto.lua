-- For Quarto: what our own publisher does to links, tables, images and attributes, and its files.
local columns = require('columns')
local reading = require('reading')

local function drop_handlers(element)
  for name in pairs(element.attributes) do
    if name:lower():match('^on') or name:lower() == 'style' then element.attributes[name] = nil end
  end
  return element
end

local function clean_link(link)
  if not reading.link_kind(link.target) then return pandoc.Span(link.content) end
  return drop_handlers(link)
end

local function box_list(block)
  return block.t == 'BulletList' and pandoc.Div({ block }, { class = 'site-only' }) or block
end

local function open_cell(div)
  local is_cell = div.classes:includes('cell') or div.classes:includes('cell-output')
  return is_cell and div.content or nil
end

-- A box would keep its headings out of the page's contents: pandoc lists none in one. Lists keep
-- the box they had, for their columns.
local function open_box(div)
  drop_handlers(div)
  if div.classes:includes('fold') then return reading.show_fold(div) end
  local holds = div.content:find_if(function(block) return block.t == 'Header' end)
  return div.classes:includes('site-only') and holds and div.content:map(box_list) or div
end

local tables = 0

-- A region that scrolls, each with a name of its own; the first column heads its rows.
local function wrap_table(tbl)
  tables = tables + 1
  local named = pandoc.utils.stringify(tbl.caption.long)
  if named == '' then named = 'Tabel ' .. tables end
  columns.stack(tbl)
  local is_text = #tbl.colspecs > 0 and tbl.colspecs[1][1] ~= 'AlignRight'
  for index, spec in ipairs(tbl.colspecs) do tbl.colspecs[index] = { spec[1], nil } end
  for _, body in ipairs(tbl.bodies) do body.row_head_columns = is_text and 1 or 0 end
  local attributes = { { 'role', 'region' }, { 'tabindex', '0' }, { 'aria-label', named } }
  return pandoc.Div({ tbl }, pandoc.Attr('', { 'table-scroll' }, attributes))
end

local function show_image(image)
  local alt = image.attributes['fig-alt'] or image.attributes.alt
  local folder = pandoc.path.directory(quarto.doc.input_file)
  return reading.show_image(drop_handlers(image), folder, alt and { { 'alt', alt } })
end

local function soften_header(header)
  return reading.soften_header(drop_handlers(header))
end

local function soften_title(meta)
  local title = meta.title and pandoc.utils.stringify(meta.title)
  if title then
    meta.title = pandoc.Inlines({ pandoc.Str(reading.soften(title)) })
    meta.pagetitle = reading.page_title(title, quarto.doc.input_file)
  end
  return meta
end

local function add_files(doc)
  quarto.doc.add_html_dependency({
    name = 'socok', version = '1', scripts = { { path = 'quarto.js', attribs = { defer = 'defer' } } },
    stylesheets = { 'palette.css', 'content.css' },
  })
  return doc
end

return { { Div = open_cell }, { Pandoc = function(doc) return (reading.drop_empty(doc)) end }, {
  Table = wrap_table, Link = clean_link, Image = show_image, Span = drop_handlers,
  Div = open_box, Header = soften_header,
  Meta = soften_title, Code = drop_handlers, CodeBlock = drop_handlers, Pandoc = add_files,
} }
