-- AlterTable
ALTER TABLE "Cluster" ADD COLUMN "keyFile" TEXT;
