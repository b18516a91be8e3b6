// Facts of a file or folder, as MLST and MLSD write them (RFC 3659 section 7).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace consign::ftps {

/// Which facts a client wants; all of them, until it says otherwise.
struct FactSelection {
    bool type = true, size = true, modify = true, perm = true;

    bool operator==(const FactSelection&) const = default;
};

struct FactEntry {
    std::string_view name;  // stands as it is
    bool directory = false;
    std::uint64_t size_bytes = 0;  // of a file
    Timestamp modified = {};
    std::string_view perm = {};  // RFC 3659 section 7.5.5; empty where it is not known
};

/// "type=file;size=123;modify=20260101000000;perm=r; name": the selected facts that the entry has,
/// and its name. A folder has no size.
[[nodiscard]] std::string facts_line(const FactSelection& selection, const FactEntry& entry);

/// The argument of OPTS MLST: "type;size;", in any case. What is not named is not wanted, and names
/// that nobody knows are ignored.
[[nodiscard]] FactSelection parse_fact_selection(std::string_view names);

/// The line of FEAT: "MLST type*;size*;modify*;perm;", a star behind what is selected.
[[nodiscard]] std::string facts_feature(const FactSelection& selection);

/// The answer to OPTS MLST: "MLST OPTS type;size;".
[[nodiscard]] std::string facts_options_reply(const FactSelection& selection);

}  // namespace consign::ftps
