// Whom a file is about.
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>

namespace consign::policy::content {

struct Subject {
    std::string id;  // PID-3.1, HPRIM's patient number, DICOM's PatientID
    /// PID-3.4 (its first part), DICOM's IssuerOfPatientID; empty: none given.
    std::string authority;
    std::optional<std::chrono::sys_days> born{};
    std::optional<std::chrono::sys_days> died{};

    auto operator<=>(const Subject&) const = default;
};

}  // namespace consign::policy::content
