namespace LightlyCluster.Worker.Tasks.Local;

/// <summary>The tasks by name. A new one is a line here, and a record for request and result in Protocol/Tasks.</summary>
internal static class LocalTasks
{
    private static readonly Dictionary<string, Func<LocalTask>> Known = new(StringComparer.Ordinal)
    {
        [FramesTask.Name] = () => new FramesTask(),
        [IndexTask.Name] = () => new IndexTask(),
    };

    /// <summary>The names in ordinal order.</summary>
    public static IEnumerable<string> Names => Known.Keys.Order(StringComparer.Ordinal);

    /// <summary>Makes a task; null where there is none of this name.</summary>
    public static LocalTask? Find(string name) => Known.TryGetValue(name, out var create) ? create() : null;
}
