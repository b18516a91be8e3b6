// A site that the `consign` command administers: a process of its own, its output and exit status.
#pragma once

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "temporary_folder.hpp"

namespace consign::testing {

namespace fs = std::filesystem;
namespace json = boost::json;

inline std::string content(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

inline mode_t mode(const fs::path& path) {
    struct stat facts{};
    BOOST_TEST_REQUIRE(::stat(path.c_str(), &facts) == 0, path.string());
    return facts.st_mode & 07777U;
}

inline uid_t owner(const fs::path& path) {
    struct stat facts{};
    BOOST_TEST_REQUIRE(::stat(path.c_str(), &facts) == 0, path.string());
    return facts.st_uid;
}

inline std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
}

struct Ran {
    int status = -1;
    std::string out, err;
};

struct AdminSite {
    /// Runs the command; `words` as a shell would have them.
    Ran run(const std::string& words, const std::string& input = {}) const {
        std::ofstream(folder.path() / "in") << input;
        const auto line =
            fmt::format("{} {} <'{}/in' >'{}/out' 2>'{}/err'", CONSIGN_COMMAND, words,
                        folder.path().string(), folder.path().string(), folder.path().string());
        const int status = std::system(line.c_str());
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content(folder.path() / "out"),
                content(folder.path() / "err")};
    }
    Ran consign(const std::string& words) const {
        return run(fmt::format("-c '{}' {}", config().string(), words));
    }
    /// A copy of one site that `consign init` made: its RSA key takes a second to find.
    void init() const;
    std::vector<json::object> rows(const std::string& words) const {
        const auto ran = consign(words);
        BOOST_TEST_REQUIRE(ran.status == 0, ran.err);
        std::vector<json::object> rows;
        std::istringstream lines(ran.out);
        for (std::string line; std::getline(lines, line);)
            rows.push_back(json::parse(line).as_object());
        return rows;
    }
    fs::path config() const { return folder.path() / "site/consign.yaml"; }
    fs::path site() const { return folder.path() / "site"; }

    TemporaryFolder folder;
};

struct MadeAdminSite : AdminSite {
    MadeAdminSite() { BOOST_TEST_REQUIRE(consign("init").status == 0); }
};

inline void AdminSite::init() const {
    static const MadeAdminSite original;
    fs::copy(original.site(), site(), fs::copy_options::recursive);
    fs::permissions(site() / "data", fs::perms::owner_all);
    for (const auto& entry : fs::directory_iterator(site() / "data"))
        if (entry.is_directory()) fs::permissions(entry.path(), fs::perms::owner_all);
}

}  // namespace consign::testing
