// Names as the account's client writes them.
#include "desk/desk.hpp"
#include "desk/site/errc.hpp"
#include "desk/wire_name.hpp"

namespace consign::desk {

policy::FilenameCharset Desk::charset() const {
    if (speaks_utf8_) return policy::FilenameCharset::utf_8;
    const auto policy = site_.policy.current();
    const auto found = policy->accounts.find(account_);
    return found == policy->accounts.end() ? policy::FilenameCharset::utf_8
                                           : found->second.filename_charset;
}

Result<VirtualPath> Desk::path_of(std::string_view written, const VirtualPath& from) const {
    return VirtualPath::parse(from_wire(charset(), written), from);
}

bool Desk::names_directory(std::string_view written) {
    const std::string_view last = written.substr(written.rfind('/') + 1);
    return last == "." || last == ".." || (last.empty() && !written.empty());
}

Result<VirtualPath> Desk::file_path_of(std::string_view written, const VirtualPath& from) const {
    if (names_directory(written)) return failure(desk_errc::names_a_directory);
    return path_of(written, from);
}

std::string Desk::written(std::string_view name) const {
    return to_wire(charset(), name);
}

}  // namespace consign::desk
