using System.Collections.Concurrent;
using LightlyCluster.SelfSupervised.Checkpoints;

namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>Writes chosen frames of videos as image files: only these are decoded, and each once.</summary>
/// <param name="source">The videos; borrowed.</param>
/// <param name="folder">Folder for the images; made where it is missing.</param>
/// <param name="encoder">Writes the images.</param>
public sealed class FrameExtraction(VideoImageSource source, string folder, ImageEncoder encoder)
{
    private const int NamesShown = 1000;
    private const int FaultsShown = 20;

    /// <summary>Whether files that are there are written again; otherwise they are kept and their frames not decoded.</summary>
    public bool IsOverwriting { get; init; }

    /// <summary>Is told how many frames are written, of how many; may be called from several threads.</summary>
    public Action<long, long>? Progress { get; init; }

    /// <summary>Extracts frames.</summary>
    /// <param name="names">Names of frames, with folders, or the bare tail of one where only one video can be meant; repetitions count once.</param>
    /// <param name="cancellationToken">Ends the work between two videos or two runs; what is written stays.</param>
    /// <returns>Files written, files kept, videos that frames were asked of.</returns>
    /// <exception cref="DatasetException">
    /// A name is not that of a frame (nothing has been written then; all such names are listed), or a frame does not decode.
    /// </exception>
    /// <exception cref="IOException">A video cannot be read, or a file cannot be written.</exception>
    public (int Written, int Kept, int Videos) Run(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var targets = Resolve(names);
        Directory.CreateDirectory(folder);
        var wanted = targets.Where(target => IsOverwriting || !File.Exists(PathOf(target.Name))).ToLookup(target => target.Index, target => target.Name);
        var total = wanted.Sum(frame => frame.Count());
        var written = 0;
        var faults = new ConcurrentBag<string>();
        var byVideo = wanted.Select(frame => source.Videos.Locate(frame.Key)).GroupBy(place => place.Video).OrderBy(group => group.Key).ToArray();
        ParallelWork.For(byVideo.Length, turn => source.Read(byVideo[turn].Key, FramesOf(byVideo[turn]), (frame, image) =>
        {
            foreach (var name in wanted[source.Videos.IndexOf(byVideo[turn].Key, frame)])
            {
                if (image is null)
                {
                    faults.Add(name);
                    continue;
                }

                Write(PathOf(name), encoder.Encode(image));
                Progress?.Invoke(Interlocked.Increment(ref written), total);
            }
        }, cancellationToken), cancellationToken);
        if (!faults.IsEmpty)
        {
            var more = faults.Count > FaultsShown ? $" and {faults.Count - FaultsShown} more" : "";
            throw new VideoException(
                $"{faults.Count} frames do not decode: {string.Join(", ", faults.Order(StringComparer.Ordinal).Take(FaultsShown))}{more}.");
        }

        return (written, targets.Count - total, targets.Select(target => source.Videos.Locate(target.Index).Video).Distinct().Count());
    }

    private List<(string Name, int Index)> Resolve(IReadOnlyList<string> names)
    {
        var distinct = names.Distinct(StringComparer.Ordinal).ToList();
        var targets = distinct.ConvertAll(name => (Name: name, Index: source.Videos.IndexOf(name)));
        var unknown = targets.Where(target => target.Index < 0).Select(target => target.Name).ToList();
        if (unknown.Count == 0)
        {
            return targets;
        }

        var more = unknown.Count > NamesShown ? $"\n... and {unknown.Count - NamesShown} more" : "";
        throw new DatasetException(
            $"{unknown.Count} of {distinct.Count} names are no frames of these videos (a name looks like {source.Videos.Names[0]}); nothing was written:\n"
            + string.Join('\n', unknown.Take(NamesShown)) + more);
    }

    private static int[] FramesOf(IEnumerable<(int Video, int Frame)> places) => [.. places.Select(place => place.Frame).Order()];

    private string PathOf(string name) => Path.Combine(folder, Path.ChangeExtension(name, encoder.Extension));

    private static void Write(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }
}
