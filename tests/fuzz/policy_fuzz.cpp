// Whatever the bytes, reading a policy ends with a value or a problem: the first byte chooses the
// reader, the rest is its input.
#include <string_view>

#include "base/bytes.hpp"
#include "policy/check.hpp"
#include "policy/draft.hpp"
#include "policy/glob.hpp"
#include "policy/language/units.hpp"
#include "policy/language/yaml.hpp"
#include "policy/network.hpp"
#include "policy/path_template.hpp"
#include "policy/public_key.hpp"
#include "policy/reader.hpp"
#include "policy/url.hpp"

using namespace consign;
using namespace consign::policy;

namespace {

void read_files(std::string_view text, bool is_server_file) {
    Problems problems;
    Draft draft;
    const auto document = yaml::parse(text, "f", problems);
    if (!document) return;
    const Reader in("f", problems);
    const std::filesystem::path folder = "/etc/consign";
    const ReadNamedFile read_nothing = [](const std::string&) { return std::string(); };
    if (is_server_file)
        read_server_file(in, document->root(), folder, draft);
    else
        read_policy_file({in, folder, read_nothing, draft}, document->root());
    check({draft, true, Timestamp{}, problems});
    // Whatever the place, an excerpt of it can be made.
    const std::vector<SourceFile> files{{"f", std::string(text)}};
    for (const Problem& problem : problems.sorted(files)) static_cast<void>(problem.excerpt());
}

void match_glob(std::string_view text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto glob = Glob::path(text.substr(0, end));
    const auto path = VirtualPath::parse(text.substr(std::min(end + 1, text.size())));
    if (!glob || !path) return;
    // What matches lies below what the pattern names literally.
    if (!glob->matches(*path)) return;
    bool is_below = false;
    for (const VirtualPath& part : glob->literal_parts()) is_below |= part.contains(*path);
    if (!is_below) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text = as_text(ByteView(data, size).subspan(1));
    switch (data[0] % 6) {
        case 0:
            read_files(text, true);
            break;
        case 1:
            read_files(text, false);
            break;
        case 2:
            match_glob(text);
            break;
        case 3:
            static_cast<void>(PathTemplate::parse(text));
            break;
        case 4:
            static_cast<void>(parse_public_key(text));
            break;
        default:
            static_cast<void>(parse_size(text));
            static_cast<void>(parse_duration(text));
            static_cast<void>(parse_network(text));
            static_cast<void>(parse_bind(text));
            static_cast<void>(parse_rate(text));
            static_cast<void>(parse_target_url(text));
    }
    return 0;
}
