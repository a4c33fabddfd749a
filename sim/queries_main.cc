#include "sim/query_workload.h"
#include "sim/seed_runner.h"

int main(int argc, char** argv) { return tidemill::sim::run_seeds(argc, argv, tidemill::sim::draw_query_workload); }
