namespace LightlyCluster.Coordinator.Security;

/// <summary>Counts the streams of clients, so that idle ones can never use a coordinator up.</summary>
internal sealed class StreamLimits(SecurityOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private int _total;

    /// <summary>Takes a place for a stream of a tenant.</summary>
    /// <returns>The place, to be given back; null where there is none.</returns>
    public IDisposable? TryEnter(string tenant)
    {
        lock (_lock)
        {
            var own = _open.GetValueOrDefault(tenant);
            if (_total >= options.StreamsMaximum || own >= options.TenantStreamsMaximum)
            {
                return null;
            }

            _open[tenant] = own + 1;
            _total++;
            return new Place(this, tenant);
        }
    }

    private void Leave(string tenant)
    {
        lock (_lock)
        {
            _total--;
            if (--_open[tenant] == 0)
            {
                _open.Remove(tenant);
            }
        }
    }

    private sealed class Place(StreamLimits limits, string tenant) : IDisposable
    {
        private int _isGivenBack;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isGivenBack, 1) == 0)
            {
                limits.Leave(tenant);
            }
        }
    }
}
