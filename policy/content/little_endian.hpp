// Little-endian fields, which zip and most of DICOM use.
#pragma once

#include <boost/endian/conversion.hpp>

#include "base/bytes.hpp"

namespace consign::policy::content {

/// The field at `offset`; all of it is within `bytes`.
template <class Integer>
[[nodiscard]] Integer little_endian(ByteView bytes, std::size_t offset) {
    return boost::endian::endian_load<Integer, sizeof(Integer), boost::endian::order::little>(
        bytes.subspan(offset, sizeof(Integer)).data());
}

}  // namespace consign::policy::content
