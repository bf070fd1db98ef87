// From the words of the command line to one command.
#pragma once

namespace copse::cli {

// Answers the exit status.
int run_program(int argc, const char* const* argv);

}  // namespace copse::cli
