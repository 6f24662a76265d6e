namespace LightlyCluster.Store;

/// <summary>What the embedded store is told on its command line.</summary>
/// <param name="Directory">Folder for the files of META.</param>
/// <param name="MetaMemory">Memory of META, as Garnet writes sizes (256m). What does not fit moves to disk.</param>
/// <param name="DataMemory">Memory of DATA. It must hold four times what lives at once: DATA drops its oldest payloads when full.</param>
/// <param name="Parent">Process whose end ends the store; 0 for none.</param>
internal sealed record StoreOptions(string Directory, string MetaMemory, string DataMemory, int Parent)
{
    private const string Usage = "usage: LightlyCluster.Store --directory DIR [--meta-memory 256m] [--data-memory 1g] [--parent PID]";

    /// <summary>Reads the command line.</summary>
    /// <exception cref="ArgumentException">An argument is unknown or incomplete.</exception>
    public static StoreOptions Parse(string[] arguments)
    {
        var options = new StoreOptions("", "256m", "1g", 0);
        for (var index = 0; index < arguments.Length; index += 2)
        {
            var value = index + 1 < arguments.Length ? arguments[index + 1] : throw new ArgumentException($"{arguments[index]} needs a value; {Usage}");
            options = arguments[index] switch
            {
                "--directory" => options with { Directory = Path.GetFullPath(value) },
                "--meta-memory" => options with { MetaMemory = value },
                "--data-memory" => options with { DataMemory = value },
                "--parent" when int.TryParse(value, out var parent) => options with { Parent = parent },
                _ => throw new ArgumentException($"'{arguments[index]} {value}' is not understood; {Usage}"),
            };
        }

        return options.Directory.Length > 0 ? options : throw new ArgumentException($"--directory is missing; {Usage}");
    }
}
