// The argument of LIST, NLST and STAT, as clients type it: often that of `ls`.
#pragma once

#include <string>
#include <string_view>

namespace consign::ftps {

struct ListArguments {
    bool long_form = false;  // -l
    std::string path;        // empty: the current folder
};

/// "-la", "-a -l path", "-alF folder with spaces", "". An option is a word of `-` and then only
/// letters or the digit 1; those that mean nothing here (-R, -t, ...) are accepted, as ProFTPD and
/// Pure-FTPd do, since a client that is refused them shows an empty folder. The first other word
/// begins the path, which goes on to the end: "-2026.hl7" is one. "--" ends the options, so that
/// "-- -old" (or "./-old") reaches what is called so. Spaces behind an option are no part of a
/// path.
[[nodiscard]] ListArguments parse_list_arguments(std::string_view argument);

}  // namespace consign::ftps
