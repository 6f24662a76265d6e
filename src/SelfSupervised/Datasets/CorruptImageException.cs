namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>The bytes of a file are all there but are no image, or only a part of one.</summary>
public sealed class CorruptImageException : DatasetException
{
    /// <summary>Makes an exception without a message of its own.</summary>
    public CorruptImageException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">One line that names the file and the reason.</param>
    public CorruptImageException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception that another one caused.</summary>
    /// <param name="message">One line that names the file and the reason.</param>
    /// <param name="innerException">The cause.</param>
    public CorruptImageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes an exception for a named file.</summary>
    /// <param name="imageName">Name of the file in its data set.</param>
    /// <param name="reason">Why it is no image, for example "the JPEG data end early".</param>
    public CorruptImageException(string imageName, string reason)
        : base($"{imageName}: {reason}.")
    {
        ImageName = imageName;
        Reason = reason;
    }

    /// <summary>Name of the file in its data set.</summary>
    public string ImageName { get; } = "";

    /// <summary>Why it is no image.</summary>
    public string Reason { get; } = "";
}
