namespace LightlyCluster.Worker.Steps;

/// <summary>How long the newest steps took, and so how long one waits for others before doing their part too.</summary>
internal sealed class StepDurations
{
    private const int Kept = 15;
    private const int Enough = 3;
    private const int StuckFactor = 5;

    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(1);

    private readonly Queue<TimeSpan> _newest = new();

    /// <summary>The median; zero while too few steps are known.</summary>
    public TimeSpan Median => _newest.Count < Enough ? TimeSpan.Zero : _newest.Order().ElementAt(_newest.Count / 2);

    /// <summary>Five times the median, at least one second; null while too few steps are known.</summary>
    public TimeSpan? Patience
    {
        get
        {
            if (_newest.Count < Enough)
            {
                return null;
            }

            var patience = Median * StuckFactor;
            return patience > LeastPatience ? patience : LeastPatience;
        }
    }

    /// <summary>Adds the duration of a step.</summary>
    public void Add(TimeSpan duration)
    {
        _newest.Enqueue(duration);
        if (_newest.Count > Kept)
        {
            _newest.Dequeue();
        }
    }
}
