// Where a report goes: to standard output, or into a file, which has all of it or what it had.
#pragma once

#include <cstdio>
#include <functional>

#include "admin/outcome.hpp"
#include "admin/report.hpp"

namespace consign::admin {

using WriteReport = std::function<Outcome<>(std::FILE* out)>;

/// Has `write` write the report. Whether the file can be written is found out before that asks for
/// anything: an answer that cannot be written is not to stand in the ledger as given. What is no
/// regular file (a pipe) is written straight. A Failure also where not all of it could be written.
[[nodiscard]] Outcome<> write_report(const ReportOptions& options, const WriteReport& write);

}  // namespace consign::admin
