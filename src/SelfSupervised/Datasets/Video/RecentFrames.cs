namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>The frames that were decoded last, up to a number of bytes; the oldest goes first. Safe to use from several threads.</summary>
internal sealed class RecentFrames(long bytesMaximum)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, DecodedImage> _frames = [];
    private readonly Queue<int> _order = new();
    private long _bytes;

    /// <summary>A frame that is still here, or null.</summary>
    public DecodedImage? Find(int index)
    {
        lock (_lock)
        {
            return _frames.GetValueOrDefault(index);
        }
    }

    /// <summary>Keeps a frame for a while.</summary>
    public void Add(int index, DecodedImage image)
    {
        lock (_lock)
        {
            if (!_frames.TryAdd(index, image))
            {
                return;
            }

            _order.Enqueue(index);
            _bytes += image.Pixels.Length;
            while (_bytes > bytesMaximum && _order.TryDequeue(out var oldest))
            {
                _frames.Remove(oldest, out var removed);
                _bytes -= removed!.Pixels.Length;
            }
        }
    }
}
