// Which bytes of a file.
#pragma once

#include <boost/icl/interval_set.hpp>
#include <cstdint>

#include "storage/pickups/pickups.hpp"

namespace consign::desk {

using ByteSet = boost::icl::interval_set<std::uint64_t>;

[[nodiscard]] inline ByteSet::interval_type bytes_between(std::uint64_t start, std::uint64_t end) {
    return boost::icl::interval<std::uint64_t>::right_open(start, end);
}

[[nodiscard]] inline pickups::Parts parts_of(const ByteSet& bytes) {
    pickups::Parts parts;
    for (const auto& part : bytes) parts.push_back({part.lower(), part.upper()});
    return parts;
}

[[nodiscard]] inline ByteSet byte_set(const pickups::Parts& parts) {
    ByteSet bytes;
    for (const pickups::Part& part : parts) bytes += bytes_between(part.start, part.end);
    return bytes;
}

}  // namespace consign::desk
