using LightlyCluster.Client.Local;

namespace LightlyCluster.Client.Runs;

/// <summary>The folder in which a run leaves its files.</summary>
internal sealed class OutputFolder
{
    private readonly bool _isNew;

    private OutputFolder(string path, bool isNew)
    {
        Path = path;
        _isNew = isNew;
    }

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>Prepares a folder for a new run.</summary>
    /// <param name="path">The folder; it need not exist.</param>
    /// <param name="isOverwrite">Remove the files of an earlier run; files of others stay.</param>
    /// <exception cref="CommandException">It holds something, or cannot be written.</exception>
    public static OutputFolder Prepare(string path, bool isOverwrite)
    {
        var full = System.IO.Path.GetFullPath(path);
        var isNew = !Directory.Exists(full);
        try
        {
            Directory.CreateDirectory(full);
            FleetRecord.RequireUnused(full);
            var folder = new OutputFolder(full, isNew);
            if (isOverwrite)
            {
                folder.RemoveRun();
            }
            else if (Directory.EnumerateFileSystemEntries(full).Any())
            {
                throw new CommandException(
                    $"The output folder {path} is not empty; use another --out, --resume to continue its run, or --overwrite to replace it");
            }

            return folder;
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Permission, $"The output folder {path} cannot be written: {exception.Message}", exception);
        }
        catch (IOException exception)
        {
            throw new CommandException($"The output folder {path} cannot be made: {exception.Message}", exception);
        }
    }

    /// <summary>Opens the folder of an earlier run.</summary>
    /// <exception cref="CommandException">There is no run in it.</exception>
    public static OutputFolder OpenForResume(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        FleetRecord.RequireUnused(full);
        return File.Exists(System.IO.Path.Combine(full, OutputFiles.Job))
            ? new OutputFolder(full, isNew: false)
            : throw new CommandException($"There is no run to resume in {path}: it holds no {OutputFiles.Job}; leave out --resume to start one");
    }

    /// <summary>The path of one of its files.</summary>
    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Removes what a run has written; the folder itself too where this run made it.</summary>
    public void Undo()
    {
        RemoveRun();
        if (_isNew && !Directory.EnumerateFileSystemEntries(Path).Any())
        {
            Directory.Delete(Path);
        }
    }

    /// <summary>Removes the files of the embedded store.</summary>
    public void RemoveStore()
    {
        var store = PathOf(OutputFiles.Store);
        if (Directory.Exists(store))
        {
            Directory.Delete(store, recursive: true);
        }
    }

    private void RemoveRun()
    {
        foreach (var path in OutputFiles.All.Select(PathOf))
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
    }
}
