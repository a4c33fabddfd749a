// What arrow_export_test.py loads: batches of the unit tests through the C functions below.
#include "data/arrow_export.h"
#include "tests/unit/data/arrow_sample.h"
#include "tests/unit/data/random_batch.h"

using tidemill::ArrowArray;
using tidemill::ArrowSchema;

extern "C" {

void export_sample(ArrowSchema* schema, ArrowArray* array) {
  tidemill::export_arrow(tidemill::arrow_sample(), {.row_kinds = true}, *schema, *array);
}

void export_encoded_sample(ArrowSchema* schema, ArrowArray* array) {
  tidemill::export_arrow(tidemill::arrow_sample_encoded(), {.keep_dictionaries = true}, *schema, *array);
}

void export_random(uint64_t seed, ArrowSchema* schema, ArrowArray* array) {
  tidemill::SeededRandom random(seed);
  tidemill::export_arrow(tidemill::random_batch(random), {.keep_dictionaries = seed % 2 == 0, .row_kinds = true},
                         *schema, *array);
}
}
