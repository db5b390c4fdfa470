-- Puts a way to the sources below what shows figures: `kilder.ipynb` of the figures' year, at the
-- first figure's name. Nothing where the year has no such page. Used by both publishers.
local M = {}

local function exists(path)
  local file = io.open(path, 'rb')
  if file then file:close() end
  return file ~= nil
end

-- The page of sources of a year, seen from a page's folder.
local function find_page(year, folder)
  local inside = pandoc.path.filename(folder) == year
  local names = inside and { 'kilder.ipynb' }
    or { '../' .. year .. '/kilder.ipynb', 'report/' .. year .. '/kilder.ipynb' }
  for _, name in ipairs(names) do
    if exists(pandoc.path.join({ folder, name })) then return name end
  end
end

local function first_name(block)
  local found = block.attributes and block.attributes['data-figure']
  block:walk({ Span = function(span) found = found or span.attributes['data-figure'] end })
  return (found or ''):match('^(%d+)/([%w._-]+)')
end

local function make_note(block, folder)
  local year, name = first_name(block)
  local page = year and find_page(year, folder)
  if not page then return nil end
  local link = pandoc.Link({ pandoc.Str('Kilder og definitioner') }, page .. '#' .. name)
  return pandoc.Div({ pandoc.Para({ link }) }, pandoc.Attr('', { 'table-note', 'site-only' }))
end

local function shows_figures(block)
  return block.t == 'Table'
    or (block.t == 'Div' and block.attributes['data-figure'] ~= nil)
end

local function is_note(block) return block.t == 'Div' and block.classes:includes('table-note') end

-- The blocks with a note after each table and chart, below the note it has already; the page of
-- sources itself as it is.
function M.add_notes(blocks, folder, name)
  if name and name:match('kilder%.ipynb$') then return blocks end
  local added, pending = pandoc.Blocks({}), nil
  for _, block in ipairs(blocks) do
    if pending and not is_note(block) then
      added:insert(pending)
      pending = nil
    end
    added:insert(block)
    if shows_figures(block) then pending = make_note(block, folder) end
  end
  if pending then added:insert(pending) end
  return added
end

return M
