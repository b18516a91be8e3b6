// The files of tests/unit/content: heads of messages and documents, about invented people. Beside
// each stands NAME.expected, a line a fact:
//   format: hl7          packing: gzip         batch: yes      (none, no: where not told)
//   MSH-9.1: ORU         a field, named as a policy names it in the format's dictionary; `-`: none
//   from: LABO           a sender; all of them, in order
//   subject: ID | AUTHORITY | BORN | DIED                      all of them, in order
//   absent: SECRET       in no field at all
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace content_corpus {

inline const std::filesystem::path folder = CONSIGN_SOURCE_DIR "/tests/unit/content";

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Names of the files that have expectations, in order.
inline std::vector<std::string> names() {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".expected") found.push_back(entry.path().stem().string());
    std::ranges::sort(found);
    return found;
}

inline std::string content_of(const std::string& name) {
    return read_file(folder / name);
}

}  // namespace content_corpus
