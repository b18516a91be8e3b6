// The parts of `consign audit`.
#pragma once

#include "admin/command.hpp"

namespace consign::admin {

void add_audit_verify(CLI::App& audit, Command& command);

}  // namespace consign::admin
