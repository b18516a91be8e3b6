// Does a row lead to a sealed file?
#pragma once

#include "storage/store.hpp"

namespace consign::desk {

/// True where the stream is a file's, or that of an upload: one that is open or broken off, or
/// whose deposit is about to be recorded. What is not known is nobody's.
[[nodiscard]] inline Result<bool> is_known_stream(Transaction& transaction, const Id& stream) {
    const auto has_upload = transaction.catalog.has_upload(stream);
    if (!has_upload || *has_upload) return has_upload;
    return transaction.catalog.has_file(stream);
}

}  // namespace consign::desk
