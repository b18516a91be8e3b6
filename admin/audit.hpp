// The parts of `consign audit`.
#pragma once

#include "admin/command.hpp"

namespace consign::admin {

void add_audit_export(CLI::App& audit, Command& command);
void add_audit_sql(CLI::App& audit, Command& command);
void add_audit_periods(CLI::App& audit, Command& command);
void add_audit_verify(CLI::App& audit, Command& command);
void add_audit_reindex(CLI::App& audit, Command& command);

}  // namespace consign::admin
