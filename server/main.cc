#include "base/fail_point.h"
#include "cli/program.h"
#include "server/config.h"
#include "server/serve.h"

int main(int argc, char** argv) {
  herald::arm_fail_points_from_environment();
  herald::cli::Program program;
  program.delegate(
      {.name = "serve", .what = "Run a server on a data folder.", .examples = "", .section = "the server"},
      herald::server::serve, herald::server::options_of_serve());
  herald::cli::add_commands(program);
  return program.run(argc, argv);
}
