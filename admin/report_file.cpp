#include "admin/report_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

#include "base/descriptor.hpp"

namespace consign::admin {

namespace {

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

/// Kept in memory until it is whole: nothing of it stands in another file meanwhile, and the
/// earlier one is as it was. By its descriptor alone, so that nobody can put another in its place.
class ReportFile {
  public:
    explicit ReportFile(std::string name) : name_(std::move(name)) {}
    ReportFile(const ReportFile&) = delete;
    ReportFile& operator=(const ReportFile&) = delete;
    ~ReportFile() {
        out_.reset();
        std::free(text_);
    }

    /// Makes nothing yet.
    [[nodiscard]] Outcome<> open();
    [[nodiscard]] Outcome<> write(const WriteReport& write);
    [[nodiscard]] Outcome<> finish();

  private:
    [[nodiscard]] Outcome<> put_in_place(std::string_view text);
    [[nodiscard]] std::unexpected<Failure> unwritable(int why) const {
        return failed(
            fmt::format("{} cannot be written: {}", name_, std::generic_category().message(why)));
    }
    [[nodiscard]] std::unexpected<Failure> not_whole() const {
        return failed(fmt::format(
            "{} could not be written whole; free some space, or write elsewhere", name_));
    }

    std::string name_;
    Descriptor place_;  // closed: it is to be made, or `out_` is it
    File out_;
    char* text_ = nullptr;  // what `out_` has, where it is memory
    std::size_t length_ = 0;
};

Outcome<> ReportFile::open() {
    place_ = Descriptor(::open(name_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (!place_.is_open() && errno != ENOENT) return unwritable(errno);
    struct stat facts{};
    if (place_.is_open() && ::fstat(place_.get(), &facts) != 0) return unwritable(errno);
    if (place_.is_open() && !S_ISREG(facts.st_mode)) {
        out_.reset(::fdopen(place_.get(), "w"));
        if (!out_) return unwritable(errno);
        static_cast<void>(place_.release());
        return {};
    }
    const auto folder = std::filesystem::path(name_).parent_path();
    if (!place_.is_open() &&
        ::faccessat(AT_FDCWD, folder.empty() ? "." : folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
        return unwritable(errno);
    out_.reset(::open_memstream(&text_, &length_));
    if (!out_) return unwritable(errno);
    return {};
}

Outcome<> ReportFile::write(const WriteReport& write) {
    try {
        return write(out_.get());
    } catch (const std::system_error&) {
        if (std::ferror(out_.get()) == 0) throw;
        return not_whole();
    }
}

Outcome<> ReportFile::finish() {
    const bool had_error = std::ferror(out_.get()) != 0;
    if (std::fclose(out_.release()) != 0 || had_error) return not_whole();
    return text_ == nullptr ? Outcome<>() : put_in_place({text_, length_});
}

/// Room for all of it is taken before a byte of the earlier one goes.
Outcome<> ReportFile::put_in_place(std::string_view text) {
    struct stat earlier{};
    if (!place_.is_open())
        place_ = Descriptor(::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!place_.is_open() || ::fstat(place_.get(), &earlier) != 0) return unwritable(errno);
    const auto size = static_cast<off_t>(text.size());
    if (size > 0 && ::posix_fallocate(place_.get(), 0, size) != 0) {
        static_cast<void>(::ftruncate(place_.get(), earlier.st_size));
        return not_whole();
    }
    while (!text.empty()) {
        const ssize_t count = ::write(place_.get(), text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return not_whole();
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::ftruncate(place_.get(), size) != 0 || ::fsync(place_.get()) != 0) return not_whole();
    return {};
}

/// /dev/stdout, by whatever name.
bool is_standard_output(const std::string& name) {
    struct stat one{}, other{};
    return ::stat(name.c_str(), &one) == 0 && ::fstat(STDOUT_FILENO, &other) == 0 &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

}  // namespace

Outcome<> write_report(const ReportOptions& options, const WriteReport& write) {
    if (options.file.empty() || is_standard_output(options.file)) return write(stdout);
    ReportFile file(options.file);
    if (auto opened = file.open(); !opened) return opened;
    if (auto written = file.write(write); !written) return written;
    return file.finish();
}

}  // namespace consign::admin
