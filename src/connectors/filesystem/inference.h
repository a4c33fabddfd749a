// connectors/filesystem/inference.h - the table that a path seems to hold: for SELECT … FROM 'data/*.jsonl' and
// DESCRIBE 'x.csv'. Rule: what CREATE TABLE with these columns and options reads is what was looked at.
#pragma once
#include <string>
#include <vector>

#include "connectors/spi/format.h"
#include "data/schema.h"
#include "env/environment.h"

namespace tidemill {

struct InferredTable {
  std::vector<Field> columns;
  OptionMap options;  // all of WITH (…): connector, path, format and the format's own
};

// Infers a table from the start of the first file that `path` (file, directory or glob) means and that is not empty.
// The format is told by the file's name, or by its first character. May block. Throws UserError: no file, only empty
// ones, unknown format, text that cannot be read.
InferredTable infer_table(Environment& environment, const std::string& path, const FormatRegistry& formats);

}  // namespace tidemill
