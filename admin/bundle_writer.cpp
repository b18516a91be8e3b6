#include "admin/bundle_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <vector>

#include "desk/audit/export_bundle.hpp"

namespace consign::admin {

namespace {

constexpr std::size_t block_bytes = 512;

std::unexpected<Failure> failed_there(const std::filesystem::path& where) {
    return failed(fmt::format("{}: {}", where.string(), std::generic_category().message(errno)));
}

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// A file of POSIX.1-1988 (ustar): name, mode, size and time in octal.
Outcome<std::string> tar_header(const std::string& name, std::uint64_t size) {
    constexpr std::uint64_t size_limit = std::uint64_t{1} << 33U;
    if (size >= size_limit || name.size() >= 100)
        return failed("it is too large for a tar, or its name too long; export into a folder");
    std::string header = name;
    header.resize(100, '\0');
    header += fmt::format("{:07o}", 0600) + '\0';
    header += fmt::format("{:07o}", 0) + '\0' + fmt::format("{:07o}", 0) + '\0';
    header += fmt::format("{:011o}", size) + '\0';
    header += fmt::format("{:011o}", static_cast<std::uint64_t>(std::time(nullptr))) + '\0';
    const std::size_t checksum_at = header.size();
    header += "        0";
    header.resize(257, '\0');
    header += std::string("ustar") + '\0' + "00";
    header.resize(block_bytes, '\0');
    unsigned checksum = 0;
    for (const char byte : header) checksum += static_cast<unsigned char>(byte);
    header.replace(checksum_at, 8, fmt::format("{:06o}", checksum) + '\0' + ' ');
    return header;
}

}  // namespace

Outcome<BundleWriter> BundleWriter::create(const std::filesystem::path& out, BundleForm form) {
    BundleWriter writer(out, form);
    if (form == BundleForm::tar) {
        writer.place_ = Descriptor{
            ::open(out.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
        if (!writer.place_.is_open()) return failed_there(out);
    } else {
        writer.is_ours_ = ::mkdir(out.c_str(), 0700) == 0;
        if (!writer.is_ours_ && errno != EEXIST) return failed_there(out);
        std::error_code wrong;
        if (!writer.is_ours_ && !std::filesystem::is_empty(out, wrong))
            return failed(fmt::format(
                "{} is there, and not an empty folder; name a new one with --out", out.string()));
        writer.place_ =
            Descriptor{::open(out.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)};
        if (!writer.place_.is_open()) return failed_there(out);
    }
    if (auto opened = writer.open_files(); !opened) return std::unexpected(opened.error());
    return writer;
}

Outcome<> BundleWriter::open_files() {
    for (const std::string_view name : desk::bundle_files) {
        Descriptor file;
        if (form_ == BundleForm::folder) {
            file = Descriptor{::openat(place_.get(), std::string(name).c_str(),
                                       O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
        } else {
            std::string spool = out_.string() + ".XXXXXX";
            file = Descriptor{::mkostemp(spool.data(), O_CLOEXEC)};
            if (file.is_open()) ::unlink(spool.c_str());
        }
        if (!file.is_open()) return failed_there(out_);
        files_.emplace(name, std::move(file));
    }
    return {};
}

BundleWriter::~BundleWriter() {
    if (!place_.is_open()) return;
    if (form_ == BundleForm::tar) {
        ::unlink(out_.c_str());
        return;
    }
    for (const auto& [name, file] : files_) ::unlinkat(place_.get(), name.c_str(), 0);
    if (is_ours_) ::rmdir(out_.c_str());
}

Outcome<> BundleWriter::append(std::string_view file, std::string_view text) {
    const auto known = files_.find(file);
    if (known == files_.end()) return failed("the daemon gave a file that no bundle has");
    if (!write_all(known->second.get(), text)) return failed_there(out_);
    return {};
}

Outcome<> BundleWriter::write_tar() {
    const std::string folder = out_.stem().string();
    std::vector<char> buffer(std::size_t{64} * 1024);
    for (const auto& [name, file] : files_) {
        const off_t size = ::lseek(file.get(), 0, SEEK_END);
        if (size < 0 || ::lseek(file.get(), 0, SEEK_SET) < 0) return failed_there(out_);
        const auto header = tar_header(folder + "/" + name, static_cast<std::uint64_t>(size));
        if (!header) return std::unexpected(header.error());
        if (!write_all(place_.get(), *header)) return failed_there(out_);
        for (;;) {
            const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
            if (got < 0) return failed_there(out_);
            if (got == 0) break;
            if (!write_all(place_.get(), {buffer.data(), static_cast<std::size_t>(got)}))
                return failed_there(out_);
        }
        const std::size_t over = static_cast<std::size_t>(size) % block_bytes;
        if (over != 0 && !write_all(place_.get(), std::string(block_bytes - over, '\0')))
            return failed_there(out_);
    }
    // Two blocks of zeros end it.
    if (!write_all(place_.get(), std::string(2 * block_bytes, '\0'))) return failed_there(out_);
    return {};
}

Outcome<> BundleWriter::finish() {
    if (form_ == BundleForm::tar) {
        if (auto written = write_tar(); !written) return written;
    } else {
        for (const auto& [name, file] : files_)
            if (::fsync(file.get()) != 0) return failed_there(out_);
    }
    if (::fsync(place_.get()) != 0) return failed_there(out_);
    place_ = Descriptor();  // it stays
    return {};
}

}  // namespace consign::admin
