namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>Groups the frames that are wanted of a video, so that few frames are decoded in vain and few processes are started.</summary>
internal static class FrameRunPlanner
{
    /// <summary>Starting a further run costs about as much as decoding so many frames.</summary>
    private const int RunCost = 30;

    private const int RunsMaximum = 16;
    private const int FramesMaximum = 500;
    private const long BatchBytesMaximum = 256L << 20;

    /// <summary>Plans the runs.</summary>
    /// <param name="video">The video.</param>
    /// <param name="frames">Numbers of frames, distinct and ascending.</param>
    /// <returns>Batches of runs; one process decodes a batch.</returns>
    public static IReadOnlyList<IReadOnlyList<FrameRun>> Plan(VideoRecord video, IReadOnlyList<int> frames)
    {
        var frameBytes = (long)video.Width * video.Height * 3;
        var framesMaximum = (int)Math.Clamp(BatchBytesMaximum / frameBytes, 1, FramesMaximum);
        var batches = new List<IReadOnlyList<FrameRun>>();
        var batch = new List<FrameRun>();
        var room = framesMaximum;
        foreach (var run in Group(video, frames))
        {
            for (var taken = 0; taken < run.Count;)
            {
                if (room == 0 || batch.Count == RunsMaximum)
                {
                    batches.Add(batch);
                    batch = [];
                    room = framesMaximum;
                }

                var part = run.GetRange(taken, Math.Min(room, run.Count - taken));
                batch.Add(new FrameRun(StartOf(video, part[0]), part));
                room -= part.Count;
                taken += part.Count;
            }
        }

        batches.Add(batch);
        return batches;
    }

    private static int StartOf(VideoRecord video, int frame) => video.IsSeekable ? video.KeyFrameOf(frame) : 0;

    private static List<List<int>> Group(VideoRecord video, IReadOnlyList<int> frames)
    {
        var runs = new List<List<int>>();
        foreach (var frame in frames)
        {
            var isNear = runs.Count > 0 && (!video.IsSeekable || frame - runs[^1][^1] <= frame - StartOf(video, frame) + RunCost);
            if (isNear)
            {
                runs[^1].Add(frame);
            }
            else
            {
                runs.Add([frame]);
            }
        }

        return runs;
    }
}
