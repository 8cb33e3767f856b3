#include "harness/cli/command.h"

int main(int argc, char** argv) { return synthbench::cli_main(argc, argv); }
