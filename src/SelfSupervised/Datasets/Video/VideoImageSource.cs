using System.Collections.Concurrent;
using System.IO.Hashing;

namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>The frames of the videos in a folder, or of one video, decoded when they are asked for; nothing is extracted beforehand.</summary>
/// <remarks>
/// Every file with a video's extension counts, in subfolders too; images beside them are passed over, as in lightly. Frames that are
/// asked for together are decoded together. Who asks one by one in order gets the next frames decoded ahead.
/// </remarks>
public sealed class VideoImageSource : ImageSource
{
    private const int AheadFrames = 32;
    private const int NearFrames = 4;
    private const int LockCount = 16;
    private const long RecentBytesMaximum = 192L << 20;

    private readonly string _root;
    private readonly Lazy<string> _identity;
    private readonly RecentFrames _recent = new(RecentBytesMaximum);
    private readonly ConcurrentDictionary<int, int> _lastFrames = new();
    private readonly Lock[] _locks = [.. Enumerable.Range(0, LockCount).Select(_ => new Lock())];
    private int _readCount;

    /// <summary>Indexes videos, or takes the index of an earlier time where no file has changed.</summary>
    /// <param name="path">A folder of videos, or one video.</param>
    /// <param name="options">Progress, and what happens to videos that cannot be used.</param>
    /// <param name="cancellationToken">Ends the indexing.</param>
    /// <exception cref="DatasetException">
    /// The folder is missing or holds no videos, a video is empty, cut short or none at all, or ffmpeg is not installed.
    /// </exception>
    public VideoImageSource(string path, ImageSourceOptions options, CancellationToken cancellationToken)
        : this(VideoIndexer.Index(path, options, cancellationToken))
    {
    }

    private VideoImageSource(VideoIndex index)
        : base(new VideoManifest(index.Videos))
    {
        _root = index.Root;
        LeftOut = index.LeftOut;
        _identity = new Lazy<string>(() => $"{Manifest.Digest}+ffmpeg-{FfmpegProgram.ReadVersion()}");
    }

    /// <summary>The videos and their frames.</summary>
    public VideoManifest Videos => (VideoManifest)Manifest;

    /// <summary>How often a video was opened for decoding.</summary>
    internal int ReadCount => Volatile.Read(ref _readCount);

    /// <inheritdoc/>
    public override IReadOnlyList<string> LeftOut { get; }

    /// <inheritdoc/>
    public override string Identity => _identity.Value;

    /// <inheritdoc/>
    public override DecodedImage Decode(int index)
    {
        RequireIndex(index);
        var (video, frame) = Videos.Locate(index);
        lock (_locks[video % LockCount])
        {
            if (_recent.Find(index) is { } recent)
            {
                _lastFrames[video] = frame;
                return recent;
            }

            var isInOrder = _lastFrames.TryGetValue(video, out var last) && frame > last - NearFrames && frame <= last + NearFrames;
            _lastFrames[video] = frame;
            var end = Math.Min(Videos.Videos[video].FrameCount, frame + (isInOrder ? AheadFrames : 1));
            DecodedImage? asked = null;
            Read(video, [.. Enumerable.Range(frame, end - frame)], (number, image) =>
            {
                asked = number == frame ? image : asked;
                if (image is not null)
                {
                    _recent.Add(Videos.IndexOf(video, number), image);
                }
            }, CancellationToken.None);
            return asked ?? throw new CorruptImageException(ErrorOf(index));
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<LoadedImage> Load(IReadOnlyList<int> indices, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<int, LoadedImage>();
        var byVideo = indices.Distinct().Order().Select(Videos.Locate).GroupBy(place => place.Video).ToArray();
        ParallelWork.For(byVideo.Length, place =>
        {
            var group = byVideo[place];
            Read(group.Key, [.. group.Select(wanted => wanted.Frame)], (number, image) =>
            {
                var index = Videos.IndexOf(group.Key, number);
                found[index] = image is null ? new(null, 0, ErrorOf(index)) : new(image, XxHash64.HashToUInt64(image.Pixels), "");
            }, cancellationToken);
        }, cancellationToken);
        return [.. indices.Select(index => found[index])];
    }

    /// <summary>Tells whether a video lies anywhere below a folder.</summary>
    internal static bool HoldsVideos(string root) => FolderFiles.Enumerate(root, VideoExtensions.Matches).Any();

    /// <summary>Decodes frames of one video, given by ascending numbers; null for one that does not decode.</summary>
    internal void Read(int video, IReadOnlyList<int> frames, Action<int, DecodedImage?> take, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _readCount);
        VideoFrameReader.Read(_root, Videos.Videos[video], frames, take, cancellationToken);
    }

    private string ErrorOf(int index) => $"{Manifest.Names[index]}: this frame of the video does not decode.";
}
