using System.Buffers.Binary;
using System.Collections;
using System.IO.Hashing;
using System.Text;

namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>The list of a video data set's frames, without a string or an object for each: a record a video.</summary>
/// <remarks>
/// Videos stand in the ordinal order of their paths, frames in the order in which they are shown. Where every video lies in a
/// folder, the first folder of its path is the class of its frames.
/// </remarks>
public sealed class VideoManifest : ImageManifest
{
    private readonly int[] _offsets;
    private readonly Dictionary<string, int> _places;

    /// <summary>Makes a manifest and computes its digest.</summary>
    /// <param name="videos">At least one record, in the ordinal order of the names.</param>
    /// <exception cref="ArgumentException">The videos have more frames than an index can count.</exception>
    public VideoManifest(IReadOnlyList<VideoRecord> videos)
        : this(videos, OffsetsOf(videos))
    {
    }

    private VideoManifest(IReadOnlyList<VideoRecord> videos, int[] offsets)
        : base(new NameList(videos, offsets), ClassesOf(videos, offsets), DigestOf(videos))
    {
        Videos = videos;
        _offsets = offsets;
        _places = videos.Select((video, place) => (video.Name, place)).ToDictionary(pair => pair.Name, pair => pair.place, StringComparer.Ordinal);
    }

    /// <summary>The videos in ordinal order.</summary>
    public IReadOnlyList<VideoRecord> Videos { get; }

    /// <summary>Finds the video of an element.</summary>
    /// <param name="index">0 to the number of elements - 1.</param>
    /// <returns>Number of the video and of the frame in it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public (int Video, int Frame) Locate(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return Locate(_offsets, index);
    }

    /// <summary>Number of an element from its video and frame.</summary>
    /// <param name="video">Number of the video.</param>
    /// <param name="frame">Number of the frame in it.</param>
    /// <returns>Index of the element.</returns>
    public int IndexOf(int video, int frame) => _offsets[video] + frame;

    /// <inheritdoc/>
    public override int LabelOf(int index) => Labels?[index] ?? Locate(index).Video;

    /// <summary>Finds a frame by its full name, or by the bare tail <c>068536-mp4.png</c> where only one video can be meant.</summary>
    /// <param name="name">Name of a frame.</param>
    /// <returns>Its index; -1 where there is none, or where the bare form fits more than one video.</returns>
    public override int IndexOf(string name)
    {
        if (!VideoFrameName.TryParse(name, out var stem, out var digits, out var extension))
        {
            return -1;
        }

        var frame = int.Parse(digits);
        if (stem.Length > 0)
        {
            return _places.TryGetValue($"{stem}.{extension}", out var place) && Fits(place, frame, digits) ? IndexOf(place, frame) : -1;
        }

        var candidates = Enumerable.Range(0, Videos.Count)
            .Where(video => Videos[video].Name.EndsWith($".{extension}", StringComparison.Ordinal) && Fits(video, frame, digits))
            .Take(2)
            .ToArray();
        return candidates is [var only] ? IndexOf(only, frame) : -1;
    }

    private bool Fits(int video, int frame, string digits) =>
        frame < Videos[video].FrameCount && digits.Length == VideoFrameName.DigitsOf(Videos[video].FrameCount);

    private static (int Video, int Frame) Locate(int[] offsets, int index)
    {
        var place = Array.BinarySearch(offsets, index);
        var video = place >= 0 ? place : ~place - 1;
        return (video, index - offsets[video]);
    }

    private static int[] OffsetsOf(IReadOnlyList<VideoRecord> videos)
    {
        var offsets = new int[videos.Count];
        long offset = 0;
        for (var video = 0; video < videos.Count; video++)
        {
            offsets[video] = (int)offset;
            offset += videos[video].FrameCount;
            if (offset > int.MaxValue)
            {
                throw new ArgumentException($"The videos have more than {int.MaxValue} frames; split the folder.", nameof(videos));
            }
        }

        return offsets;
    }

    private static (int[]? Labels, string[] ClassNames) ClassesOf(IReadOnlyList<VideoRecord> videos, int[] offsets)
    {
        var (byVideo, classNames) = ClassFolders.Label([.. videos.Select(video => video.Name)]);
        if (byVideo is null)
        {
            return (null, []);
        }

        var labels = new int[offsets[^1] + videos[^1].FrameCount];
        for (var video = 0; video < videos.Count; video++)
        {
            labels.AsSpan(offsets[video], videos[video].FrameCount).Fill(byVideo[video]);
        }

        return (labels, classNames);
    }

    private static string DigestOf(IReadOnlyList<VideoRecord> videos)
    {
        var hash = new XxHash128();
        var number = new byte[8];
        foreach (var video in videos)
        {
            hash.Append(Encoding.UTF8.GetBytes($"{video.Name}\0{video.Codec}\0{video.Width}x{video.Height}\0{video.Bytes}\0{video.FrameCount}\0"));
            for (var frame = 0; frame < video.FrameCount; frame++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(number, video.Times[frame]);
                hash.Append(number);
            }
        }

        return $"xxh128:{hash.GetCurrentHashAsUInt128():x32}";
    }

    private sealed class NameList(IReadOnlyList<VideoRecord> videos, int[] offsets) : IReadOnlyList<string>
    {
        public int Count { get; } = videos.Count == 0 ? 0 : offsets[^1] + videos[^1].FrameCount;

        public string this[int index]
        {
            get
            {
                ArgumentOutOfRangeException.ThrowIfNegative(index);
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
                var (video, frame) = Locate(offsets, index);
                return VideoFrameName.Format(videos[video].Name, frame, videos[video].FrameCount);
            }
        }

        public IEnumerator<string> GetEnumerator()
        {
            foreach (var video in videos)
            {
                for (var frame = 0; frame < video.FrameCount; frame++)
                {
                    yield return VideoFrameName.Format(video.Name, frame, video.FrameCount);
                }
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
