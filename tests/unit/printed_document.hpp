// A document as it is written.
#pragma once

#include <cstdlib>
#include <string>

#include "admin/document.hpp"

namespace consign::admin {

/// What `fill(Document&)` writes.
template <class Fill>
std::string printed_document(Markup markup, Language language, Fill fill) {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* out = ::open_memstream(&text, &size);
    fill(*make_document(markup, language, "page", out));
    std::fclose(out);
    std::string result(text, size);
    std::free(text);
    return result;
}

}  // namespace consign::admin
