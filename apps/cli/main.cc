// The program `copse`.
#include <exception>

#include "output.h"
#include "program.h"

int main(int argc, char** argv) {
  try {
    return copse::cli::run_program(argc, argv);
  } catch (const std::exception& error) {
    // Out of memory, in practice: the library throws nothing.
    return copse::cli::fail(error.what());
  }
}
