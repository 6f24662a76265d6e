namespace LightlyCluster.Fleet.Jobs;

/// <summary>Where the images are.</summary>
public sealed record DataSpecification
{
    /// <summary>
    /// <c>folder</c>, <c>tar</c>, <c>video</c> or <c>auto</c>: the worker looks, takes a folder that holds a video as video (as lightly
    /// does), and one that holds .tar files but no images as tar.
    /// </summary>
    public string Source { get; init; } = JobVocabulary.Auto;

    /// <summary>A folder of images or videos, a .tar file, or a folder of .tar files (a path of the workers), or s3://bucket/prefix.</summary>
    public required string Path { get; init; }

    /// <summary>Side of the square views in pixels, 8 to 1024.</summary>
    public int ImageSize { get; init; } = JobDefaults.ImageSize;

    /// <summary><c>fail</c> or <c>skip</c>: what happens when a file does not decode.</summary>
    public string OnError { get; init; } = JobVocabulary.OnErrorFail;

    /// <summary>Server of an s3:// path; empty: what the workers' <c>AWS_ENDPOINT_URL_S3</c> says, else Amazon's.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>Region of that server; empty: what the workers' <c>AWS_REGION</c> says, else us-east-1.</summary>
    public string Region { get; init; } = "";
}
