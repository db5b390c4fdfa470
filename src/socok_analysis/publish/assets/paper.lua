-- What paper leaves out of a page: what is for the site only, and the tables, figures, key figures and
-- callouts that stand on a page before.
-- A reader who turns to a single page of the site needs all of it; one who reads a document has
-- seen it. Used by document.lua (PDF, Word) and tables.lua (Excel, CSV), so numbers are the same.
local M = {}

local function has(block, class) return block.t == 'Div' and block.classes:includes(class) end

-- What a reader sees of a block.
local function appearance(block)
  local seen = pandoc.List({ pandoc.write(pandoc.Pandoc({ block }), 'plain') })
  block:walk({ Image = function(image)
    seen:insert(image.attributes['fig-alt'] or '')
    seen:insert(pandoc.utils.stringify(image.caption))
  end })
  return block.t .. table.concat(seen, '\n')
end

-- The place on an earlier page where the same stands; else this one is where it stands.
local function find_earlier(block, shown, stem)
  local key = appearance(block)
  local first = shown[key]
  if first and first.stem ~= stem then return first end
  shown[key] = first or { stem = stem, id = block.identifier }
end

-- "Se Tabel 4 (Møder)." in the place of a table or figure seen before.
local function refer(block, first, page)
  local goal = first.stem .. '.ipynb#' .. first.id
  page.targets[block.identifier] = first.label
  page.elsewhere[block.identifier] = goal
  local words = pandoc.Inlines({ pandoc.Str('Se'), pandoc.Space(), pandoc.Link(first.label, goal) })
  local caption = pandoc.utils.stringify(block.caption.long)
  words:extend(pandoc.Inlines(caption ~= '' and ' (' .. caption .. ').' or '.'))
  return pandoc.Para(words)
end

local function has_number(block)
  local kinds = { Figure = '^fig%-', Table = '^tbl%-' }
  return kinds[block.t] and block.identifier:match(kinds[block.t]) ~= nil
end

-- What needs saying once: a key figure, a callout.
local function is_said_once(block)
  return block.t == 'Div' and block.classes:find_if(function(class)
    return class == 'key-figure' or class:match('^callout%-') ~= nil
  end) ~= nil
end

local function drop(blocks, shown, stem, page)
  local kept, is_noted = pandoc.Blocks({}), false
  for _, block in ipairs(blocks) do
    local first = (has_number(block) or is_said_once(block)) and find_earlier(block, shown, stem)
    if first and has_number(block) then
      kept:insert(refer(block, first, page))
    elseif not (first or has(block, 'site-only') or (is_noted and has(block, 'table-note'))
      or (has(block, 'key-figures') and #block.content == 0)) then
      kept:insert(block)
    end
    is_noted = first and block.t == 'Table'
  end
  return kept
end

-- The blocks of a page as paper has them. `shown` remembers from page to page what was shown.
function M.drop(doc, shown, stem, page)
  local bare = doc:walk({ Div = function(div)
    if div.classes:includes('site-only') then return {} end
    if div.classes:includes('fold') then return table.move(div.content, 2, #div.content, 1, pandoc.Blocks({})) end
  end })
  return bare:walk({ Blocks = function(blocks) return drop(blocks, shown, stem, page) end })
end

-- Remember the labels of what the page is the first to show.
function M.remember(shown, stem, page)
  for _, first in pairs(shown) do
    if first.stem == stem then first.label = page.targets[first.id] end
  end
end

return M
