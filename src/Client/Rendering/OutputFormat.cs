namespace LightlyCluster.Client.Rendering;

/// <summary>How a command writes its data.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Table = 0,

    /// <summary>For programs.</summary>
    Json,
}
