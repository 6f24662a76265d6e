using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace LightlyCluster.SelfSupervised.Datasets.Storage;

/// <summary>Reads S3-compatible storage.</summary>
internal sealed class ObjectStore : IDisposable
{
    private const int RetriesMaximum = 3;
    private const string RegionDefault = "us-east-1";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly AmazonS3Client _client;
    private readonly string _bucket;
    private readonly string _server;

    /// <summary>Prepares; connects to nothing.</summary>
    /// <exception cref="DatasetException">The endpoint is no address.</exception>
    public ObjectStore(string bucket, StorageOptions options)
    {
        var endpoint = FirstOf(options.Endpoint, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
        var region = FirstOf(options.Region, "AWS_REGION", "AWS_DEFAULT_REGION") is { Length: > 0 } named ? named : RegionDefault;
        var configuration = new AmazonS3Config
        {
            Timeout = Timeout,
            MaxErrorRetry = RetriesMaximum,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (endpoint.Length > 0)
        {
            if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                throw new DatasetException($"The storage endpoint is '{endpoint}'; write http://HOST:PORT or https://HOST (data.endpoint, AWS_ENDPOINT_URL_S3).");
            }

            configuration.ServiceURL = endpoint;
            configuration.ForcePathStyle = true;
            configuration.AuthenticationRegion = region;
        }
        else
        {
            configuration.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        _client = new AmazonS3Client(configuration);
        _bucket = bucket;
        _server = endpoint.Length > 0 ? endpoint : $"Amazon S3 ({region})";
    }

    /// <summary>Identifies server and bucket, for the cache.</summary>
    public string Identity => $"{_server}|{_bucket}";

    /// <summary>Lists the objects directly below a prefix, in ordinal order of their keys.</summary>
    /// <exception cref="DatasetException">The bucket does not exist or may not be read.</exception>
    /// <exception cref="StorageUnavailableException">The server cannot be reached.</exception>
    public Task<List<StoredObject>> ListAsync(string prefix, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        var objects = new List<StoredObject>();
        var request = new ListObjectsV2Request { BucketName = _bucket, Prefix = prefix, Delimiter = "/" };
        do
        {
            var page = await _client.ListObjectsV2Async(request, cancellationToken);
            objects.AddRange((page.S3Objects ?? []).Select(entry => new StoredObject(entry.Key, entry.Size ?? 0, (entry.ETag ?? "").Trim('"'))));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (!string.IsNullOrEmpty(request.ContinuationToken));
        return objects.OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList();
    });

    /// <summary>Describes one object; null where there is none.</summary>
    public Task<StoredObject?> FindAsync(string key, CancellationToken cancellationToken) => CallAsync<StoredObject?>(async () =>
    {
        try
        {
            var head = await _client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = _bucket, Key = key }, cancellationToken);
            return new StoredObject(key, head.ContentLength, (head.ETag ?? "").Trim('"'));
        }
        catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    });

    /// <summary>Appends the rest of an object to a file that holds its beginning.</summary>
    /// <param name="entry">The object; a changed one is refused by the server.</param>
    /// <param name="file">Positioned at its end.</param>
    /// <param name="progress">Is told the bytes as they come.</param>
    /// <param name="cancellationToken">Ends the download; what has come stays in the file.</param>
    public Task AppendAsync(StoredObject entry, Stream file, Action<int> progress, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        const int BufferBytes = 1 << 18;
        var request = new GetObjectRequest { BucketName = _bucket, Key = entry.Key };
        if (file.Length > 0)
        {
            request.ByteRange = new ByteRange(file.Length, entry.Bytes - 1);
        }

        if (entry.Tag.Length > 0)
        {
            request.EtagToMatch = $"\"{entry.Tag}\"";
        }

        using var response = await _client.GetObjectAsync(request, cancellationToken);
        var buffer = new byte[BufferBytes];
        while (await response.ResponseStream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            progress(read);
        }

        return true;
    });

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (AmazonS3Exception error) when (error.ErrorCode == "NoSuchBucket")
        {
            throw new DatasetException($"{_server} has no bucket '{_bucket}'.", error);
        }
        catch (AmazonS3Exception error) when (error.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized)
        {
            throw new DatasetException(
                $"{_server} refuses access to bucket '{_bucket}' ({error.ErrorCode}); check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.", error);
        }
        catch (AmazonS3Exception error)
        {
            throw new StorageUnavailableException($"{_server} answered {(int)error.StatusCode} {error.ErrorCode}: {error.Message}", error);
        }
        catch (Exception error) when (error is HttpRequestException or AmazonServiceException or TimeoutException)
        {
            throw new StorageUnavailableException($"The storage at {_server} cannot be reached: {error.Message}", error);
        }
        catch (AmazonClientException error)
        {
            throw new DatasetException(
                $"No keys for {_server}: {error.Message.TrimEnd('.')}. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile.", error);
        }
    }

    private static string FirstOf(string chosen, params string[] variables) => chosen.Length > 0
        ? chosen
        : variables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrEmpty(value)) ?? "";
}
