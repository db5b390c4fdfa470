-- For Quarto: what our own publisher does to links and attributes (see reading.lua).
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

local function wrap_table(tbl)
  local attributes = { { 'role', 'region' }, { 'tabindex', '0' }, { 'aria-label', 'Tabel' } }
  return pandoc.Div({ tbl }, pandoc.Attr('', { 'table-scroll' }, attributes))
end

return { {
  Table = wrap_table, Link = clean_link, Image = drop_handlers, Span = drop_handlers, Div = drop_handlers,
  Header = drop_handlers, Code = drop_handlers, CodeBlock = drop_handlers,
} }
