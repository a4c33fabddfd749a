#include "sim/seed_runner.h"
#include "sim/window_workload.h"

int main(int argc, char** argv) { return tidemill::sim::run_seeds(argc, argv, tidemill::sim::draw_window_workload); }
