using System.Globalization;

namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>Indexes one video with ffprobe: its frames in presentation order, and where decoding can start.</summary>
/// <remarks>
/// Where a container stores one frame a packet with its time stamp (MP4, MOV, Matroska, WebM; AVI of codecs without references between
/// frames), packets are listed, which reads no more than the file. Everything else is decoded once, since there only the decoder knows
/// what is a frame. B-frames are stored out of order, hence the sorting; packets that an edit list cuts off are no frames.
/// </remarks>
internal static class VideoProbe
{
    private const string StreamFields =
        "stream=codec_name,width,height,field_order,avg_frame_rate,nb_frames,time_base:stream_side_data=rotation:stream_tags=rotate:format=format_name";

    private static readonly string[] StampedFormats = ["mov", "mp4", "matroska", "webm"];
    private static readonly string[] StampedCodecs = ["h264", "hevc", "av1", "vp9"];
    private static readonly string[] IntraCodecs = ["mjpeg", "png", "ffv1", "huffyuv", "rawvideo", "prores", "dnxhd", "utvideo"];
    private static readonly string[] InterlacedOrders = ["tt", "bb", "tb", "bt"];

    // What ffmpeg's demuxers say when a file ends before its content does.
    private static readonly string[] CutShortPhrases = ["File ended prematurely", "Packet corrupt", "partial file", "moov atom not found"];

    /// <summary>Indexes a video.</summary>
    /// <exception cref="VideoException">The file is empty, cut short, no video, or holds no frames.</exception>
    /// <exception cref="DatasetException">ffprobe is not installed.</exception>
    public static VideoRecord Probe(string root, string name, CancellationToken cancellationToken)
    {
        var path = Path.Combine(root, name);
        var bytes = BytesOf(path);
        if (bytes == 0)
        {
            throw new VideoException($"The video '{name}' is empty (0 bytes), or no file that can be read at any place.");
        }

        var packets = Run(path, name, "packet=pts,flags", cancellationToken);
        var format = packets.Words("format_name", "").Split(',');
        var codec = packets.Words("codec_name", "unknown");
        var isIntra = IntraCodecs.Contains(codec);
        var isStamped = (format.Intersect(StampedFormats).Any() && (isIntra || StampedCodecs.Contains(codec))) || (format.Contains("avi") && isIntra);
        var isPacketExact = isStamped && !InterlacedOrders.Contains(packets.Words("field_order", "progressive"));
        var announced = packets.Number("nb_frames");
        if (announced > packets.Entries.Count && format.Contains("mov"))
        {
            throw new VideoException(
                $"The video '{name}' is cut short: its header announces {announced} frames, {packets.Entries.Count} are there. Copy it again or remove it.");
        }

        return (isPacketExact ? FromPackets(packets, isIntra) : null) is { } index
            ? Describe(name, bytes, codec, packets, index)
            : Describe(name, bytes, codec, packets, FromFrames(Run(path, name, "frame=best_effort_timestamp,key_frame", cancellationToken)));
    }

    /// <summary>Size of a file, of its target where it is a link; 0 for a pipe or device, -1 where there is none.</summary>
    public static long BytesOf(string path) => StampOf(path).Bytes;

    /// <summary>Size and time of last change of a file, of its target where it is a link. Nothing is opened: a pipe would block.</summary>
    public static (long Bytes, long Modified) StampOf(string path)
    {
        var file = new FileInfo(path);
        file = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return file.Exists ? (file.Length, file.LastWriteTimeUtc.Ticks) : (-1, 0);
    }

    private static VideoListing Run(string path, string name, string entries, CancellationToken cancellationToken)
    {
        var listing = new VideoListing();
        var (exitCode, errors) = FfmpegProgram.Run(
            "ffprobe",
            ["-v", "warning", "-protocol_whitelist", "file", "-select_streams", "V:0", "-show_entries", $"{entries}:{StreamFields}",
             "-of", "compact=p=1", $"file:{path}"],
            listing.Read,
            cancellationToken);
        var cut = errors.FirstOrDefault(line => Array.Exists(CutShortPhrases, phrase => line.Contains(phrase, StringComparison.Ordinal)));
        if (cut is not null)
        {
            throw new VideoException($"The video '{name}' is cut short ({Reason(cut)}). Copy it again or remove it.");
        }

        if (exitCode != 0)
        {
            throw new VideoException($"'{name}' is no video that ffmpeg can read ({Reason(errors is [.., var last] ? last : "no reason given")}).");
        }

        return listing.Has("codec_name") ? listing : throw new VideoException($"'{name}' holds no video stream.");
    }

    // "[mov,mp4 @ 0x55] moov atom not found" and "/data/a.mp4: Invalid data found" without what changes from run to run.
    private static string Reason(string line)
    {
        var end = line.LastIndexOf("] ", StringComparison.Ordinal);
        var text = end >= 0 ? line[(end + 2)..] : line[(line.LastIndexOf(": ", StringComparison.Ordinal) is var colon and >= 0 ? colon + 2 : 0)..];
        return text.TrimEnd('.', ' ');
    }

    private static FrameIndex? FromPackets(VideoListing packets, bool isIntra)
    {
        // Flags: K key frame, D to be discarded. A discarded key frame can still be started from.
        var shown = packets.Entries.Where(entry => !entry.Text.Contains('D', StringComparison.Ordinal)).ToList();
        if (shown.Count == 0 || packets.Entries.Any(entry => entry.Time is null))
        {
            return null;
        }

        var times = shown.ConvertAll(entry => entry.Time!.Value).Order().ToArray();
        if (!IsIncreasing(times))
        {
            return null;
        }

        var keyTimes = packets.Entries.Where(entry => entry.Text.Contains('K', StringComparison.Ordinal)).Select(entry => entry.Time!.Value);
        return new FrameIndex(FrameTimes.Of(times), isIntra ? null : KeyFramesOf(times, keyTimes), IsSeekable: true);
    }

    private static FrameIndex FromFrames(VideoListing frames)
    {
        var times = frames.Entries.Select(entry => entry.Time).ToArray();
        if (Array.Exists(times, time => time is null) || !IsIncreasing([.. times.Select(time => time!.Value)]))
        {
            return new FrameIndex(FrameTimes.Constant(times.Length, 0, 1), [0], IsSeekable: false);
        }

        var increasing = times.Select(time => time!.Value).ToArray();
        var keyTimes = frames.Entries.Where(entry => entry.Text == "1").Select(entry => entry.Time!.Value);
        return new FrameIndex(FrameTimes.Of(increasing), KeyFramesOf(increasing, keyTimes), IsSeekable: true);
    }

    private static int[] KeyFramesOf(long[] times, IEnumerable<long> keyTimes)
    {
        // A key frame that is not shown itself serves the first frame after it.
        var places = keyTimes
            .Select(time => Array.BinarySearch(times, time))
            .Select(place => place >= 0 ? place : ~place)
            .Where(place => place < times.Length);
        return [.. places.Append(0).Distinct().Order()];
    }

    private static bool IsIncreasing(long[] times)
    {
        for (var index = 1; index < times.Length; index++)
        {
            if (times[index] <= times[index - 1])
            {
                return false;
            }
        }

        return true;
    }

    private static VideoRecord Describe(string name, long bytes, string codec, VideoListing listing, FrameIndex index)
    {
        if (index.Times.Count == 0)
        {
            throw new VideoException($"The video '{name}' holds no frames.");
        }

        var rotation = (int)(listing.Number("rotation") ?? listing.Number("tag:rotate") ?? 0) % 360;
        var swaps = rotation % 180 is 90 or -90;
        var width = (int)(listing.Number("width") ?? 0);
        var height = (int)(listing.Number("height") ?? 0);
        ImageDecoder.RequireSize(width, height, name);
        return new VideoRecord
        {
            Name = name,
            Bytes = bytes,
            Codec = codec,
            Width = swaps ? height : width,
            Height = swaps ? width : height,
            Rotation = rotation,
            FramesPerSecond = Math.Round(Ratio(listing.Words("avg_frame_rate", "0/1")), 3),
            IsSeekable = index.IsSeekable,
            TimeBase = Ratio(listing.Words("time_base", "1/1")),
            Times = index.Times,
            KeyFrames = index.KeyFrames,
        };
    }

    private static double Ratio(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2
            && double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var numerator)
            && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var denominator)
            && denominator != 0 ? numerator / denominator : 0;
    }

    private sealed record FrameIndex(FrameTimes Times, int[]? KeyFrames, bool IsSeekable);
}
