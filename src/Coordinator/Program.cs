using LightlyCluster.Coordinator.Hosting;

return await CoordinatorHost.RunAsync(args);
