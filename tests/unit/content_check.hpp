// What must be true of the answer for any bytes. Aborts where it is not: for tests and fuzzing
// alike.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include "policy/content/content.hpp"
#include "policy/content/ending.hpp"
#include "policy/language/utf8.hpp"

namespace content_check {

using namespace consign::policy::content;

inline void require(bool holds, const char* what) {
    if (holds) return;
    fmt::print(stderr, "not so: {}\n", what);
    std::abort();
}

inline bool is_clean(std::string_view text) {
    return !text.empty() && consign::policy::find_malformed_utf8(text) == std::string_view::npos &&
           std::ranges::none_of(text, [](char byte) {
               return static_cast<unsigned char>(byte) < ' ' || byte == '\x7f';
           });
}

inline void check(const Content& content) {
    std::set<std::string> names;
    for (const Field& field : content.fields) {
        require(is_clean(field.value), "a field's value is clean text");
        require(names.insert(std::string(field.name.field())).second, "each field stands once");
        require(content.value(field.name) == field.value, "a field is found by its name");
        const auto parsed = FieldName::parse(field.name.dictionary(), field.name.field());
        // H-2 has no name, and segments may have more fields than can be asked for.
        require(!parsed || *parsed == field.name, "a field's name is canonical");
        require(field.value.size() <= 3 * head_limit_bytes, "a value is bounded");
    }
    std::set<std::string> senders;
    for (const std::string& sender : content.senders) {
        require(is_clean(sender), "a sender is clean text");
        require(senders.insert(sender).second, "each sender stands once");
    }
    std::set<std::pair<std::string, std::string>> subjects;
    for (const Subject& subject : content.subjects) {
        require(is_clean(subject.id), "a subject has an id");
        require(subject.authority.empty() || is_clean(subject.authority),
                "an authority is clean text");
        require(subjects.emplace(subject.id, subject.authority).second, "each subject stands once");
        require(!subject.born || !subject.died || *subject.born <= *subject.died,
                "nobody dies before birth");
    }
    const bool is_bare = content.format == Format::other || content.format == Format::pdf;
    require(!is_bare || content.fields.empty(), "only formats with fields have fields");
}

inline Content read(consign::ByteView bytes) {
    Content content = read_content(bytes);
    check(content);
    return content;
}

/// The same answer in whatever pieces the bytes come.
inline void check_endings(consign::ByteView bytes, const Content& content, std::size_t piece) {
    for (const Ending ending : {Ending::batch_trailer, Ending::hprim_trailer, Ending::pdf_trailer,
                                Ending::zip_directory, Ending::gzip_trailer}) {
        EndingCheck whole(ending, content);
        whole.add(bytes);
        EndingCheck pieces(ending, content);
        for (std::size_t at = 0; at < bytes.size(); at += piece)
            pieces.add(bytes.subspan(at, std::min(piece, bytes.size() - at)));
        require(whole.has_ended() == pieces.has_ended(), "pieces make no difference");
    }
}

}  // namespace content_check
