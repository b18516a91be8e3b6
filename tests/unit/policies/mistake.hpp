// A mistake in a policy that is sound otherwise, and what is told of it.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "site_folder.hpp"

namespace consign::policy {

struct Mistake {
    const char* yaml;
    const char* said;  // after "FILE:"
};
inline std::ostream& operator<<(std::ostream& out, const Mistake& sample) {
    return out << sample.yaml;
}

inline std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    return all;
}

/// What is told beside a mistake, and tested elsewhere.
inline bool is_beside_the_point(const std::string& line) {
    return line.ends_with(" is checked and explained, and not carried out by this version") ||
           line.contains("warning: no route uses the class") ||
           line.contains("warning: no grant allows") ||
           line.contains("warning: the account cannot log in: the only listeners") ||
           line.contains("warning: the account cannot log in: no listener speaks");
}

/// What is told of a file of policy.d with this text after its first line. One more file holds an
/// account, `sound`.
inline std::vector<std::string> said_of_policy(std::string_view text) {
    SiteFolder site;
    site.write("policy.d/p.yaml", "version: 1\n" + std::string(text));
    std::string more = "version: 1\naccounts:\n" + SiteFolder::account("sound");
    if (text.contains("class: k")) more += "classes: {k: {keep: 1 day, legal_basis: l}}\n";
    site.write("policy.d/q.yaml", more);
    site.write("empty.pub", "# no key\n");
    site.write("bad.pub", std::string(sample_key) + "\nssh-ed25519 AAAA\n");
    return site.said();
}

}  // namespace consign::policy
