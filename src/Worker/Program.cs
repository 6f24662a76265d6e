using LightlyCluster.Worker.Hosting;

return await WorkerHost.RunAsync(args);
