namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>A video cannot be used: it is empty, cut short, no video, or a frame of it does not decode.</summary>
public sealed class VideoException : DatasetException
{
    /// <summary>Makes an exception without a message of its own.</summary>
    public VideoException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">One line that names the video and the reason.</param>
    public VideoException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception that another one caused.</summary>
    /// <param name="message">One line that names the video and the reason.</param>
    /// <param name="innerException">The cause.</param>
    public VideoException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
