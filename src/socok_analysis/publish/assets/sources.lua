-- Puts a way to the sources below what shows figures: to the first figure's name on the page
-- `kilder.ipynb` of its year. Nothing where the year has no such page. Used by both publishers.
local M = {}

local function make_link(block, folder)
  local found = block.attributes and block.attributes['data-figure']
  block:walk({ Span = function(span) found = found or span.attributes['data-figure'] end })
  local year, name = (found or ''):match('^(%d+)/([%w._+-]+)')
  if not year then return nil end
  local inside = pandoc.path.filename(folder) == year
  for _, place in ipairs(inside and { '' } or { '../' .. year .. '/', 'report/' .. year .. '/' }) do
    local page = place .. 'kilder.ipynb'
    local file = io.open(pandoc.path.join({ folder, page }), 'rb')
    if file then
      file:close()
      return pandoc.Link({ pandoc.Str('Kilder og definitioner') }, page .. '#' .. name:gsub('%+', '-'))
    end
  end
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
    local shows = block.t == 'Table' or (block.t == 'Div' and block.attributes['data-figure'] ~= nil)
    local link = shows and make_link(block, folder)
    added:insert(block)
    if link then
      pending = pandoc.Div({ pandoc.Para({ link }) }, pandoc.Attr('', { 'table-note', 'site-only' }))
    end
  end
  if pending then added:insert(pending) end
  return added
end

return M
