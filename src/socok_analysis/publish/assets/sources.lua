-- Puts a way to the sources below what shows figures: to the first figure's name on
-- `kilder-<family>.ipynb` of its year, or on `kilder.ipynb` where its family has no page of its
-- own. Nothing where the year has no such page. Used by both publishers.
local M = {}

local function exists(path)
  local file = io.open(path, 'rb')
  if file then file:close() end
  return file ~= nil
end

-- The page of sources of a family of a year's figures, seen from a page's folder.
local function find_page(year, family, folder)
  local inside = pandoc.path.filename(folder) == year
  for _, place in ipairs(inside and { '' } or { '../' .. year .. '/', 'report/' .. year .. '/' }) do
    for _, name in ipairs({ 'kilder-' .. family .. '.ipynb', 'kilder.ipynb' }) do
      if exists(pandoc.path.join({ folder, place .. name })) then return place .. name end
    end
  end
end

local function first_name(block)
  local found = block.attributes and block.attributes['data-figure']
  block:walk({ Span = function(span) found = found or span.attributes['data-figure'] end })
  return (found or ''):match('^(%d+)/([%w._-]+)')
end

local function make_link(block, folder)
  local year, name = first_name(block)
  local page = year and find_page(year, name:match('^[^.]+'), folder)
  return page and pandoc.Link({ pandoc.Str('Kilder og definitioner') }, page .. '#' .. name)
end

-- Below a chart the way stands beside the way to the table behind it.
local function join_ways(block, link)
  local joined = false
  local shown = block:walk({ Div = function(div)
    if not div.classes:includes('chart-data') or #div.content ~= 1 then return nil end
    div.content[1].content:extend({ pandoc.Str(' · '), link })
    joined = true
    return div
  end })
  return joined and shown or nil
end

local function make_note(link)
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
  if name and name:match('kilder[%w_-]*%.ipynb$') then return blocks end
  local added, pending = pandoc.Blocks({}), nil
  for _, block in ipairs(blocks) do
    if pending and not is_note(block) then
      added:insert(pending)
      pending = nil
    end
    local link = shows_figures(block) and make_link(block, folder)
    local joined = link and join_ways(block, link)
    added:insert(joined or block)
    if link and not joined then pending = make_note(link) end
  end
  if pending then added:insert(pending) end
  return added
end

return M
