-- Reads the tables of pages as text: `pandoc lua tables.lua < job.json > answer.json`.
-- job: {pages: [{name, markdown}]}; answer: [{page, id, label, caption, note, header, rows, numeric}].
-- The labels run through all pages, as in the PDF and the Word document.
package.path = pandoc.path.directory(arg[0]) .. '/?.lua;' .. package.path
local reading = require('reading')

local function text(content)
  return (pandoc.utils.stringify(content):gsub('%s+', ' '))
end

local function read_row(row)
  return pandoc.List(row.cells):map(function(cell) return text(cell.contents) end)
end

local function read_rows(rows) return pandoc.List(rows):map(read_row) end

local function read_table(tbl, follower, page)
  local rows = pandoc.List()
  for _, body in ipairs(tbl.bodies) do rows:extend(read_rows(body.body)) end
  local label, caption = page.targets[tbl.identifier] or '', text(tbl.caption.long)
  if label ~= '' then caption = caption:sub(#text({ pandoc.Str(label .. ': ') }) + 1) end
  return {
    page = page.name, id = tbl.identifier, caption = caption, label = label:gsub('\u{a0}', ' '),
    note = reading.is_note(follower) and text(follower.content) or '',
    header = read_rows(tbl.head.rows)[1] or pandoc.List(), rows = rows,
    numeric = pandoc.List(tbl.colspecs):map(function(spec) return spec[1] == 'AlignRight' end),
  }
end

local answer, counts = pandoc.List(), {}
for _, source in ipairs(reading.job().pages) do
  local page = reading.read(source.markdown, counts, true)
  page.name = source.name
  page.doc:walk({ Blocks = function(blocks)
    for index, block in ipairs(blocks) do
      if block.t == 'Table' then answer:insert(read_table(block, blocks[index + 1], page)) end
    end
  end })
end
reading.answer(answer)
