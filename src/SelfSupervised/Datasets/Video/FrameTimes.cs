namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>The time stamps of a video's frames in presentation order, in units of the stream's time base.</summary>
/// <remarks>A constant frame rate takes three numbers, however long the video is; a variable one takes a number a frame.</remarks>
internal sealed class FrameTimes
{
    private readonly long _first;
    private readonly long _step;
    private readonly long[]? _all;

    private FrameTimes(int count, long first, long step, long[]? all)
    {
        Count = count;
        _first = first;
        _step = step;
        _all = all;
    }

    /// <summary>Number of frames.</summary>
    public int Count { get; }

    /// <summary>True when the distance of the time stamps is the same everywhere.</summary>
    public bool IsConstant => _all is null;

    /// <summary>True when time stamps are further from an even spacing than rounding to whole units explains.</summary>
    public bool IsVariable
    {
        get
        {
            if (_all is null)
            {
                return false;
            }

            var step = (double)(_all[^1] - _first) / (Count - 1);
            return Enumerable.Range(0, Count).Any(frame => Math.Abs(_all[frame] - _first - (frame * step)) > 1.01);
        }
    }

    /// <summary>Time stamp of the first frame.</summary>
    public long First => _first;

    /// <summary>Distance of two frames where it is constant.</summary>
    public long Step => _step;

    /// <summary>Every time stamp where the distance varies; empty otherwise.</summary>
    public IReadOnlyList<long> All => _all ?? [];

    /// <summary>Time stamp of a frame.</summary>
    public long this[int frame] => _all is null ? _first + (frame * _step) : _all[frame];

    /// <summary>Keeps time stamps that increase strictly, as compactly as they allow.</summary>
    public static FrameTimes Of(long[] increasing)
    {
        var first = increasing.Length > 0 ? increasing[0] : 0;
        var step = increasing.Length > 1 ? increasing[1] - first : 1;
        for (var frame = 1; frame < increasing.Length; frame++)
        {
            if (increasing[frame] - increasing[frame - 1] != step)
            {
                return new FrameTimes(increasing.Length, first, step, increasing);
            }
        }

        return Constant(increasing.Length, first, step);
    }

    /// <summary>Time stamps at a constant distance.</summary>
    public static FrameTimes Constant(int count, long first, long step) => new(count, first, step, null);

    /// <summary>Number of the frame with a time stamp; -1 where there is none.</summary>
    public int Find(long time)
    {
        if (_all is not null)
        {
            return Math.Max(-1, Array.BinarySearch(_all, time));
        }

        var offset = time - _first;
        return offset >= 0 && offset % _step == 0 && offset / _step < Count ? (int)(offset / _step) : -1;
    }
}
