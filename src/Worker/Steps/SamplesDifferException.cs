namespace LightlyCluster.Worker.Steps;

/// <summary>The images are not those that a committed step used.</summary>
/// <param name="step">The step.</param>
/// <param name="logged">Digest of the samples that the log has.</param>
/// <param name="found">Digest of the samples as they are now.</param>
/// <param name="changedFiles">Files that were written since the job began, as far as that can be told.</param>
internal sealed class SamplesDifferException(long step, string logged, string found, IReadOnlyList<string> changedFiles)
    : Exception(Describe(step, logged, found, changedFiles))
{
    /// <summary>Says what is wrong, and which files changed.</summary>
    public static string Describe(long step, string logged, string found, IReadOnlyList<string> changedFiles) =>
        $"The samples of step {step} are not those that were used: the log has {logged}, seed and files give {found}. "
        + (changedFiles.Count > 0
            ? $"Changed since the job began: {string.Join(", ", changedFiles)}. Restore the files, or start a new run."
            : "A file changed while the job ran, or a worker used other images. Restore the data, or start a new run.");
}
