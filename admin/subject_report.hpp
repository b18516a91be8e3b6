// `consign subject report`: all that is told of a person (RGPD art. 15).
#pragma once

#include <cstdio>
#include <string>

#include "admin/command.hpp"
#include "admin/report.hpp"

namespace consign::admin {

[[nodiscard]] Outcome<> show_subject_report(const Command& command, const std::string& subject,
                                            const ReportOptions& options, std::FILE* out);

}  // namespace consign::admin
